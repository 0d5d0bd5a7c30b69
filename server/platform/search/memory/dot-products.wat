;; Cosines of many rows of 16-bit integers with one query, four rows and eight dimensions at a time: what engines call SIMD,
;; and JavaScript does not have. `npm run wasm` writes dot-products.wasm.ts from this.
(module
  (import "table" "memory" (memory 1))
  (func $cosines (export "cosines")
    (param $row i32)    ;; address of the first row
    (param $groups i32) ;; groups of four rows, at least 1
    (param $query i32)  ;; address of the query
    (param $blocks i32) ;; blocks of 8 dimensions in a row and in the query, at least 1
    (param $unit f32)   ;; what a sum of products is multiplied with
    (param $out i32)    ;; address of the results, one 32-bit float a row
    (param $least f32)  ;; what a cosine must exceed to be found
    (param $found i32)  ;; address of the numbers of the groups in which one does
    (result i32)        ;; how many groups these are
    (local $width i32) (local $group i32) (local $size i32) (local $from i32) (local $left i32)
    (local $second i32) (local $third i32) (local $fourth i32) (local $part v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $width (i32.shl (local.get $blocks) (i32.const 4)))
    (loop $rows
      (local.set $second (i32.add (local.get $row) (local.get $width)))
      (local.set $third (i32.add (local.get $second) (local.get $width)))
      (local.set $fourth (i32.add (local.get $third) (local.get $width)))
      (local.set $a (v128.const i32x4 0 0 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $from (local.get $query))
      (local.set $left (local.get $blocks))
      (loop $dimensions
        (local.set $part (v128.load (local.get $from)))
        (local.set $a (i32x4.add (local.get $a) (i32x4.dot_i16x8_s (local.get $part) (v128.load (local.get $row)))))
        (local.set $b (i32x4.add (local.get $b) (i32x4.dot_i16x8_s (local.get $part) (v128.load (local.get $second)))))
        (local.set $c (i32x4.add (local.get $c) (i32x4.dot_i16x8_s (local.get $part) (v128.load (local.get $third)))))
        (local.set $d (i32x4.add (local.get $d) (i32x4.dot_i16x8_s (local.get $part) (v128.load (local.get $fourth)))))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $row (i32.add (local.get $row) (i32.const 16)))
        (local.set $second (i32.add (local.get $second) (i32.const 16)))
        (local.set $third (i32.add (local.get $third) (i32.const 16)))
        (local.set $fourth (i32.add (local.get $fourth) (i32.const 16)))
        (br_if $dimensions (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $row (local.get $fourth))
      ;; Each of the four has four sums to be added up: turned by 90 degrees, that is three additions.
      (local.set $a (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 8 9 10 11 24 25 26 27 (local.get $a) (local.get $b))
        (i8x16.shuffle 4 5 6 7 20 21 22 23 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b))))
      (local.set $c (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 8 9 10 11 24 25 26 27 (local.get $c) (local.get $d))
        (i8x16.shuffle 4 5 6 7 20 21 22 23 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d))))
      (local.set $part (f32x4.mul (f32x4.splat (local.get $unit)) (f32x4.convert_i32x4_s (i32x4.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $c))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $c))))))
      (v128.store (local.get $out) (local.get $part))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (if (v128.any_true (f32x4.gt (local.get $part) (f32x4.splat (local.get $least)))) (then
        (i32.store (local.get $found) (local.get $group))
        (local.set $found (i32.add (local.get $found) (i32.const 4)))
        (local.set $size (i32.add (local.get $size) (i32.const 1)))))
      (br_if $rows (i32.lt_u (local.tee $group (i32.add (local.get $group) (i32.const 1))) (local.get $groups))))
    (local.get $size))

  ;; The same for the groups that may have a cosine above the least: 7 bits a dimension say so, sixteen dimensions at a time.
  ;; One operand of the relaxed product must be 0 to 127, and then it is the same on every processor.
  (func (export "nearest")
    (param $coarse i32)        ;; address of the first row in 7 bits, 64 standing for 0
    (param $scales i32)        ;; address of what a row's sum is multiplied with, one 32-bit float a row
    (param $coarseQuery i32)   ;; address of the query in 8 bits, signed
    (param $offset i32)        ;; what the 64 of each dimension add up to, negative
    (param $coarseLeast f32)   ;; what a row's sum must exceed to be compared exactly
    (param $row i32) (param $groups i32) (param $query i32) (param $blocks i32)
    (param $unit f32) (param $out i32) (param $least f32) (param $found i32)
    (result i32)
    (local $width i32) (local $group i32) (local $size i32) (local $from i32) (local $left i32)
    (local $second i32) (local $third i32) (local $fourth i32) (local $part v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $width (i32.shl (local.get $blocks) (i32.const 3)))
    (loop $rows
      (local.set $second (i32.add (local.get $coarse) (local.get $width)))
      (local.set $third (i32.add (local.get $second) (local.get $width)))
      (local.set $fourth (i32.add (local.get $third) (local.get $width)))
      (local.set $a (i32x4.replace_lane 0 (v128.const i32x4 0 0 0 0) (local.get $offset)))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $from (local.get $coarseQuery))
      (local.set $left (i32.shr_u (local.get $blocks) (i32.const 1)))
      (loop $dimensions
        (local.set $part (v128.load (local.get $from)))
        (local.set $a (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $part) (v128.load (local.get $coarse)) (local.get $a)))
        (local.set $b (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $part) (v128.load (local.get $second)) (local.get $b)))
        (local.set $c (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $part) (v128.load (local.get $third)) (local.get $c)))
        (local.set $d (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $part) (v128.load (local.get $fourth)) (local.get $d)))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $coarse (i32.add (local.get $coarse) (i32.const 16)))
        (local.set $second (i32.add (local.get $second) (i32.const 16)))
        (local.set $third (i32.add (local.get $third) (i32.const 16)))
        (local.set $fourth (i32.add (local.get $fourth) (i32.const 16)))
        (br_if $dimensions (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $coarse (local.get $fourth))
      (local.set $a (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 8 9 10 11 24 25 26 27 (local.get $a) (local.get $b))
        (i8x16.shuffle 4 5 6 7 20 21 22 23 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b))))
      (local.set $c (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 8 9 10 11 24 25 26 27 (local.get $c) (local.get $d))
        (i8x16.shuffle 4 5 6 7 20 21 22 23 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d))))
      (local.set $part (f32x4.mul (v128.load (local.get $scales)) (f32x4.convert_i32x4_s (i32x4.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $c))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $c))))))
      (if (v128.any_true (f32x4.gt (local.get $part) (f32x4.splat (local.get $coarseLeast)))) (then
        (if (call $cosines (local.get $row) (i32.const 1) (local.get $query) (local.get $blocks)
            (local.get $unit) (local.get $out) (local.get $least) (local.get $found)) (then
          (i32.store (local.get $found) (local.get $group))
          (local.set $found (i32.add (local.get $found) (i32.const 4)))
          (local.set $size (i32.add (local.get $size) (i32.const 1)))))))
      (local.set $row (i32.add (local.get $row) (i32.shl (local.get $width) (i32.const 3))))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (local.set $scales (i32.add (local.get $scales) (i32.const 16)))
      (br_if $rows (i32.lt_u (local.tee $group (i32.add (local.get $group) (i32.const 1))) (local.get $groups))))
    (local.get $size)))
