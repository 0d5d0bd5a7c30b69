;; Dot products of many rows of 16-bit integers with one query, 16 dimensions at a time: what engines call SIMD, and
;; JavaScript does not have. `npm run wasm` writes dot-products.wasm.ts from this.
(module
  (import "table" "memory" (memory 1))
  (func (export "dotProducts")
    (param $row i32)    ;; address of the first row
    (param $count i32)  ;; rows, at least 1
    (param $query i32)  ;; address of the query
    (param $blocks i32) ;; blocks of 16 dimensions in a row and in the query, at least 1
    (param $out i32)    ;; address of the results, one 32-bit integer a row
    (local $from i32) (local $left i32) (local $sum v128)
    (loop $rows
      (local.set $sum (v128.const i32x4 0 0 0 0))
      (local.set $from (local.get $query))
      (local.set $left (local.get $blocks))
      (loop $dimensions
        (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s
          (v128.load (local.get $row)) (v128.load (local.get $from)))))
        (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s
          (v128.load offset=16 (local.get $row)) (v128.load offset=16 (local.get $from)))))
        (local.set $row (i32.add (local.get $row) (i32.const 32)))
        (local.set $from (i32.add (local.get $from) (i32.const 32)))
        (br_if $dimensions (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (i32.store (local.get $out) (i32.add
        (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
        (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (br_if $rows (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
