/** Words that end with a full stop inside a sentence, by language. Lower case; compared without regard to case. */
const BY_LANGUAGE: Readonly<Record<string, string>> = {
  en: 'mr mrs ms dr prof st sr jr rev hon gen col maj capt lt sgt cpl gov sen rep pres messrs mt ft vs etc e.g i.e cf al ed eds vol vols no nos p pp fig figs ch sec sect art approx dept est inc ltd co corp bros jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun a.m p.m u.s u.k u.n ph.d viz ca c ibid op cit ave blvd rd',
  de: 'z.b d.h u.a u.ä usw bzw ca vgl dr prof hr fr nr abs art str tel evtl ggf inkl exkl max min mio mrd o.ä s.o s.u sog u.u z.t zt jan feb mär apr jun jul aug sep sept okt nov dez bd hrsg jh lt st a.d i.d.r m.e v.a etc s z d u b',
  fr: 'm mm mme mlle mlles dr pr me st ste cf p pp vol éd etc ex art chap fig env av apr j.-c janv févr avr juil sept oct nov déc n° no boul tél p.ex c.-à-d',
  es: 'sr sra srta sres d dña dr dra prof ud uds vd vds ee.uu etc p pp pág págs cap art fig núm vol ed aprox av avda c cía ej p.ej a.c d.c s.a',
  it: 'sig sig.ra sigg dott dott.ssa prof avv ing arch ecc es p.es pag pagg cap art fig vol ed ca cfr n nn s ss s.p.a tel',
  pt: 'sr sra srs dr dra prof profa etc p pp pág cap art fig vol ed ex p.ex av n núm aprox s.a v.exa exmo',
  nl: 'dhr mevr mw dr drs ir ing prof mr bijv b.v d.w.z enz etc o.a m.b.t i.p.v t.o.v t/m nr blz pag art fig ca jl jr sr st tel',
  pl: 'np itd itp m.in tj tzn prof dr hab mgr inż ul al pl nr str ok godz zł tys mln mld r w św ks',
  ru: 'т.е т.д т.п т.к и.о г гг в вв н.э др пр ул д кв см рис стр с им акад проф тыс млн млрд руб коп',
  sv: 't.ex bl.a dvs m.m o.s.v osv ca kl nr s st dr prof resp',
  da: 'f.eks bl.a dvs m.m osv ca kl nr s dr prof jf pga',
};

/** Languages that write ordinal numbers with a full stop ("am 3. Oktober"). */
const DOTTED_ORDINALS = new Set([
  'de',
  'da',
  'nb',
  'no',
  'nn',
  'fi',
  'cs',
  'sk',
  'hr',
  'sr',
  'sl',
  'hu',
  'pl',
  'et',
  'lv',
  'tr',
]);

export interface StopRules {
  readonly abbreviations: ReadonlySet<string>;
  readonly dottedOrdinals: boolean;
}

/** `language` is a BCP 47 tag or null; English rules stand in where a language has none of its own. */
export function stopRules(language: string | null): StopRules {
  const base = language?.split('-')[0] ?? 'en';
  const words = BY_LANGUAGE[base] ?? BY_LANGUAGE.en ?? '';
  return { abbreviations: new Set(words.split(' ')), dottedOrdinals: DOTTED_ORDINALS.has(base) };
}
