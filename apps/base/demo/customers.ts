/** Customers and suppliers of the demo company: companies in several countries, their contacts and addresses. All invented. */

import { records, ref } from '#framework'

type Values = Readonly<Record<string, unknown>>

const company = (name: string, mail: string, address: Values, more: Values = {}): Values => ({
  name,
  is_company: true,
  email: `${mail}.example`,
  website: `https://${mail.split('@')[1]}.example`,
  ...address,
  ...more,
})
const person = (name: string, job: string, parent: string, mail: string, phone?: string): Values => ({
  name,
  function: job,
  parent_id: ref(parent),
  email: `${mail}.example`,
  ...(phone ? { phone } : {}),
})
const site = (name: string, type: 'invoice' | 'delivery', parent: string, address: Values): Values => ({
  name,
  type,
  parent_id: ref(parent),
  ...address,
})
const tags = (...names: string[]): Values => ({ category_id: [[6, 0, names.map((name) => ref(`demo_tag_${name}`))]] })
const by = (user: string, industry?: string): Values => ({
  user_id: ref(`demo_user_${user}`),
  ...(industry ? { industry_id: ref(`res_partner_industry_${industry}`) } : {}),
})
const us = (street: string, city: string, state: string, zip: string): Values => ({
  street,
  city,
  zip,
  state_id: ref(`state_us_${state}`),
  country_id: ref('us'),
})
const at = (country: string, street: string, zip: string, city: string): Values => ({
  street,
  zip,
  city,
  country_id: ref(country),
})

records(
  'res.partner',
  {
    demo_harbor: company(
      'Harbor Lane Architects',
      'office@harborlane',
      us('210 Commercial Street', 'Portland', 'me', '04101'),
      { phone: '+1 207-555-0118', ref: 'C-1001', ...tags('gold'), ...by('tomas', 'M') },
    ),
    demo_quillfeather: company(
      'Quill & Feather Publishing',
      'post@quillfeather',
      us('77 Garnet Avenue', 'Providence', 'ri', '02903'),
      { phone: '+1 401-555-0173', ref: 'C-1002', ...tags('silver'), ...by('tomas', 'J') },
    ),
    demo_northgate: company(
      'Northgate Community College',
      'facilities@northgatecc',
      us('1 College Circle', 'Concord', 'nh', '03301'),
      { phone: '+1 603-555-0109', ref: 'C-1003', ...tags('gold'), ...by('ines', 'P') },
    ),
    demo_bluekettle: company(
      'Blue Kettle Coffee Roasters',
      'hello@bluekettle',
      us('19 Wharf Alley', 'Boston', 'ma', '02110'),
      { phone: '+1 617-555-0162', ref: 'C-1004', ...tags('silver'), ...by('nora', 'I') },
    ),
    demo_merrick: company(
      'Merrick Dental Group',
      'desk@merrickdental',
      us('340 Elm Street', 'Hartford', 'ct', '06103'),
      { phone: '+1 860-555-0127', ref: 'C-1005', ...tags('customer'), ...by('tomas', 'Q') },
    ),
    demo_solstice: company(
      'Solstice Analytics',
      'ops@solsticeanalytics',
      us('505 Foundry Row', 'Albany', 'ny', '12207'),
      { phone: '+1 518-555-0190', ref: 'C-1006', ...tags('gold'), ...by('ines', 'J') },
    ),
    demo_lakeshore: company(
      'Lakeshore Credit Union',
      'service@lakeshorecu',
      us('88 Pier Boulevard', 'Erie', 'pa', '16507'),
      { phone: '+1 814-555-0155', ref: 'C-1007', ...tags('customer'), ...by('nora', 'K') },
    ),
    demo_maplecourt: company(
      'Maple Court Hotel',
      'reception@maplecourt',
      at('ca', '1450, rue des Érables', 'H2X 1Y6', 'Montréal'),
      {
        state_id: ref('state_ca_qc'),
        phone: '+1 514-555-0131',
        ref: 'C-1008',
        lang: 'fr_CA',
        ...tags('silver'),
        ...by('ines', 'I'),
      },
    ),
    demo_vandersteen: company(
      'Van der Steen Advocaten',
      'kantoor@vandersteen',
      at('be', 'Lindelaan 24', '2000', 'Antwerpen'),
      {
        state_id: ref('state_be_van'),
        phone: '+32 3 555 01 22',
        vat: 'BE0000000097',
        ref: 'C-1009',
        lang: 'nl_BE',
        ...tags('customer'),
        ...by('nora', 'M'),
      },
    ),
    demo_atelier: company(
      'Atelier Bellerive',
      'contact@atelierbellerive',
      at('fr', '12 quai des Tisserands', '69001', 'Lyon'),
      { phone: '+33 4 55 50 11 22', ref: 'C-1010', lang: 'fr_FR', ...tags('silver'), ...by('nora', 'R') },
    ),
    demo_kranich: company(
      'Kranich Maschinenbau GmbH',
      'einkauf@kranich',
      at('de', 'Werkstraße 9', '70174', 'Stuttgart'),
      {
        state_id: ref('state_de_bw'),
        phone: '+49 711 5550 133',
        ref: 'C-1011',
        lang: 'de_DE',
        ...tags('gold'),
        ...by('ines', 'C'),
      },
    ),
    demo_hollins: company(
      'Hollins & Grey Surveyors',
      'enquiries@hollinsgrey',
      at('uk', '6 Tanner Yard', 'BS1 4ND', 'Bristol'),
      { phone: '+44 117 555 0148', ref: 'C-1012', lang: 'en_GB', ...tags('prospect'), ...by('nora', 'L') },
    ),
    demo_polder: company('Polderlicht Studio', 'hallo@polderlicht', at('nl', 'Zeedijk 41', '1012 AS', 'Amsterdam'), {
      state_id: ref('state_nl_nh'),
      phone: '+31 20 555 0166',
      ref: 'C-1013',
      lang: 'nl_NL',
      ...tags('prospect'),
      ...by('tomas', 'J'),
    }),
    demo_larkspur: company(
      'Larkspur Montessori School',
      'office@larkspurschool',
      us('14 Orchard Hill', 'Montpelier', 'vt', '05602'),
      { phone: '+1 802-555-0176', ref: 'C-1014', ...tags('customer'), ...by('tomas', 'P') },
    ),
    demo_cedarbend: company('Cedar Bend Timber', 'mill@cedarbend', us('Route 12, Mile 40', 'Berlin', 'nh', '03570'), {
      phone: '+1 603-555-0184',
      ref: 'S-2001',
      ...tags('timber'),
      industry_id: ref('res_partner_industry_C'),
    }),
    demo_ironleaf: company('Ironleaf Fittings', 'orders@ironleaf', us('920 Canal Works', 'Worcester', 'ma', '01608'), {
      phone: '+1 508-555-0112',
      ref: 'S-2002',
      ...tags('supplier'),
      industry_id: ref('res_partner_industry_C'),
    }),
    demo_greenmile: company('Green Mile Freight', 'dispatch@greenmile', us('3 Depot Lane', 'Rutland', 'vt', '05701'), {
      phone: '+1 802-555-0199',
      ref: 'S-2003',
      ...tags('supplier'),
      industry_id: ref('res_partner_industry_H'),
    }),
  },
  { demo: true },
)

records(
  'res.partner',
  {
    demo_harbor_june: person('June Whitfield', 'Principal', 'demo_harbor', 'june@harborlane', '+1 207-555-0119'),
    demo_quill_marta: person('Marta Lindqvist', 'Managing Editor', 'demo_quillfeather', 'marta@quillfeather'),
    demo_northgate_sam: person(
      'Samuel Ortega',
      'Facilities Director',
      'demo_northgate',
      'sortega@northgatecc',
      '+1 603-555-0110',
    ),
    demo_northgate_stores: site(
      'Northgate Central Stores',
      'delivery',
      'demo_northgate',
      us('Loading Dock B, 9 College Circle', 'Concord', 'nh', '03301'),
    ),
    demo_kettle_owen: person('Owen Castellano', 'Owner', 'demo_bluekettle', 'owen@bluekettle'),
    demo_merrick_priya: person('Priya Raman', 'Practice Manager', 'demo_merrick', 'priya@merrickdental'),
    demo_solstice_lena: person(
      'Lena Fischer-Cole',
      'Office Lead',
      'demo_solstice',
      'lena@solsticeanalytics',
      '+1 518-555-0191',
    ),
    demo_lakeshore_hugh: person('Hugh Pemberton', 'Branch Services', 'demo_lakeshore', 'hugh@lakeshorecu'),
    demo_maple_camille: person(
      'Camille Gagnon',
      'Directrice',
      'demo_maplecourt',
      'camille@maplecourt',
      '+1 514-555-0132',
    ),
    demo_steen_wout: person('Wout Janssens', 'Office Manager', 'demo_vandersteen', 'wout@vandersteen'),
    demo_atelier_elise: person('Élise Moreau', 'Fondatrice', 'demo_atelier', 'elise@atelierbellerive'),
    demo_kranich_jonas: person('Jonas Brandt', 'Einkaufsleiter', 'demo_kranich', 'brandt@kranich', '+49 711 5550 134'),
    demo_hollins_beth: person('Bethany Grey', 'Partner', 'demo_hollins', 'bethany@hollinsgrey'),
    demo_polder_ruben: person('Ruben Hoekstra', 'Creative Director', 'demo_polder', 'ruben@polderlicht'),
    demo_larkspur_grace: person('Grace Adeyemi', 'Head of School', 'demo_larkspur', 'grace@larkspurschool'),
    demo_single_rosa: {
      name: 'Rosa Delgado',
      email: 'rosa.delgado@mailbox.example',
      phone: '+1 802-555-0103',
      ...us('5 Hillcrest Lane', 'Stowe', 'vt', '05672'),
      ref: 'C-1015',
      ...by('tomas'),
    },
    demo_single_arthur: {
      name: 'Arthur Bligh',
      email: 'a.bligh@mailbox.example',
      ...us('61 Birch Street', 'Burlington', 'vt', '05401'),
      ref: 'C-1016',
    },
  },
  { demo: true },
)

// A customer who may look at her orders online, once she is given a password.
records(
  'res.users',
  {
    demo_user_portal: {
      login: 'lena@solsticeanalytics.example',
      partner_id: ref('demo_solstice_lena'),
      company_id: ref('main_company'),
      company_ids: [[6, 0, [ref('main_company')]]],
      group_ids: [[6, 0, [ref('group_portal')]]],
    },
  },
  { demo: true },
)
