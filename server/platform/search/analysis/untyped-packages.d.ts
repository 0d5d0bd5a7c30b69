/** Two packages that ship no types: only what the analyser calls. */
declare module 'snowball-stemmers' {
  export interface Stemmer {
    stem(word: string): string;
  }
  export function newStemmer(algorithm: string): Stemmer;
}

declare module 'stopword' {
  type Words = readonly string[];
  export const ara: Words, ben: Words, bul: Words, cat: Words, ces: Words, dan: Words, deu: Words, ell: Words;
  export const eng: Words, est: Words, eus: Words, fas: Words, fin: Words, fra: Words, gle: Words, glg: Words;
  export const guj: Words, heb: Words, hin: Words, hrv: Words, hun: Words, hye: Words, ind: Words, ita: Words;
  export const jpn: Words, kor: Words, lav: Words, lit: Words, mar: Words, msa: Words, mya: Words, nld: Words;
  export const nob: Words, pol: Words, por: Words, ron: Words, rus: Words, slk: Words, slv: Words, spa: Words;
  export const swa: Words, swe: Words, tgl: Words, tha: Words, tur: Words, ukr: Words, urd: Words, vie: Words;
  export const zho: Words;
}
