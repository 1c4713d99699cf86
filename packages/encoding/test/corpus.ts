/** Lines as suppliers send them, written for this test, with the encodings that can hold them. */
export interface CorpusText {
  readonly language: string;
  readonly encodings: readonly string[];
  readonly lines: readonly string[];
}

const WESTERN = ['utf-8', 'windows-1252', 'iso-8859-1', 'iso-8859-15', 'cp850', 'cp437', 'macintosh'];
const CENTRAL = ['utf-8', 'windows-1250', 'iso-8859-2', 'cp852'];
const CYRILLIC = ['utf-8', 'windows-1251', 'koi8-r', 'iso-8859-5', 'cp866', 'x-mac-cyrillic'];
const TURKISH = ['utf-8', 'windows-1254', 'cp857'];
const BALTIC = ['utf-8', 'windows-1257', 'iso-8859-13', 'cp775'];

export const CORPUS: readonly CorpusText[] = [
  {
    language: 'French',
    encodings: WESTERN,
    lines: [
      '1;Société Générale des Matériaux;Évreux;Boulevard de la République 14',
      '2;Café Crème;Besançon;12, rue du Château',
      '3;Hélène Lefèvre;Orléans;livrée à domicile le samedi',
      'La commande a été expédiée hier soir, et le reçu vous sera envoyé dès que possible.',
      '4;Bâtiments Forêt Noël;Nîmes;près de la gare',
    ],
  },
  {
    language: 'German',
    encodings: WESTERN,
    lines: [
      '1;Müller & Söhne GmbH;Köln;Große Straße 7',
      '2;Bäckerei Schröder;München;Römerstraße 12',
      'Die Lieferung erfolgt spätestens am übernächsten Werktag; Rückfragen bitte früh stellen.',
      '3;Jürgen Weiß;Düsseldorf;Königsallee 3',
      '4;Käthe Höfer;Lübeck;Fährweg 9',
    ],
  },
  {
    language: 'Spanish',
    encodings: ['utf-8', 'windows-1252', 'iso-8859-1', 'iso-8859-15', 'cp850', 'macintosh'],
    lines: [
      '1;José Muñoz Peña;Málaga;Calle Colón 5',
      '2;Panadería La Española;León;Avenida de la Constitución 21',
      'El envío llegará mañana por la mañana; después podrá recogerlo en la estación.',
      '3;Íñigo Ibáñez;Logroño;teléfono móvil',
    ],
  },
  {
    language: 'Portuguese',
    encodings: ['utf-8', 'windows-1252', 'iso-8859-1', 'iso-8859-15', 'cp850', 'macintosh'],
    lines: [
      '1;João Conceição;São Paulo;Praça da Sé 40',
      '2;Padaria Pão de Açúcar;Brasília;não entregar aos sábados',
      'A encomenda já está disponível; a devolução é possível até quinta-feira às três horas.',
      '3;Inês Simões;Guimarães;estação de comboios',
    ],
  },
  {
    language: 'Swedish',
    encodings: WESTERN,
    lines: [
      '1;Åkerström Trävaror AB;Malmö;Östra Förstadsgatan 3',
      '2;Björn Sjöberg;Västerås;Storgatan 18',
      'Paketet kan hämtas från och med lördag; öppettiderna står på dörren.',
      '3;Hälsö Fisk;Göteborg;Älvsborgsgatan 2',
    ],
  },
  {
    language: 'Danish',
    encodings: ['utf-8', 'windows-1252', 'iso-8859-1', 'iso-8859-15', 'cp850', 'cp865', 'macintosh'],
    lines: [
      '1;Sørensen & Søn;København;Nørrebrogade 11',
      '2;Bagergården;Århus;Ærøgade 4',
      'Varerne bliver først sendt på mandag, når lageret er åbent igen; prøv også på nettet.',
      '3;Jørgen Kjær;Næstved;Rådhuspladsen',
    ],
  },
  {
    language: 'Polish',
    encodings: CENTRAL,
    lines: [
      '1;Łukasz Żółkiewski;Łódź;ul. Świętokrzyska 8',
      '2;Zakład Usług Technicznych;Kraków;Plac Wolności 2',
      'Przesyłka zostanie dostarczona w piątek; proszę się zgłosić po odbiór później niż zwykle.',
      '3;Agnieszka Wójcik;Gdańsk;Długa 15',
    ],
  },
  {
    language: 'Czech',
    encodings: CENTRAL,
    lines: [
      '1;Jiří Dvořák;Plzeň;Náměstí Míru 4',
      '2;Pekařství U Růže;České Budějovice;Křižíkova 22',
      'Zboží bude doručeno příští týden, zákazník může změnit adresu ještě dnes večer.',
      '3;Zdeněk Šťastný;Třebíč;Žižkova 7',
    ],
  },
  {
    language: 'Hungarian',
    encodings: CENTRAL,
    lines: [
      '1;Kovács Győző;Székesfehérvár;Kossuth Lajos út 3',
      '2;Nagy Sütöde Kft.;Győr;Bécsi köz 5',
      'A küldeményt a jövő héten kézbesítjük, kérjük, őrizze meg a nyugtát a visszatérítéshez.',
      '3;Szűcs Örs;Pécs;Király utca 19',
    ],
  },
  {
    language: 'Russian',
    encodings: CYRILLIC,
    lines: [
      '1;Иванов Пётр Сергеевич;Москва;улица Ленина, дом 5',
      '2;Хлебозавод имени Чкалова;Нижний Новгород;проспект Мира, 12',
      'Заказ будет доставлен в четверг; просим сообщить, если адрес получателя изменился.',
      '3;Щербакова Юлия;Екатеринбург;Весенняя, 8',
    ],
  },
  {
    language: 'Ukrainian',
    encodings: ['utf-8', 'windows-1251', 'koi8-u'],
    lines: [
      '1;Ірина Ковальчук;Київ;вулиця Шевченка, 14',
      '2;Їжак і син;Чернігів;площа Перемоги, 2',
      'Замовлення буде надіслано наступного тижня; будь ласка, повідомте про зміну адреси.',
    ],
  },
  {
    language: 'Greek',
    encodings: ['utf-8', 'windows-1253', 'iso-8859-7', 'cp737'],
    lines: [
      '1;Γεώργιος Παπαδόπουλος;Αθήνα;Οδός Ερμού 10',
      '2;Αρτοποιείο Το Στάχυ;Θεσσαλονίκη;Λεωφόρος Νίκης 3',
      'Η παραγγελία θα σταλεί την Τρίτη και μπορείτε να την παραλάβετε από το κατάστημα.',
    ],
  },
  {
    language: 'Turkish',
    encodings: TURKISH,
    lines: [
      '1;Ayşe Yıldız;İstanbul;Çiçek Sokağı 9',
      '2;Güneş Fırını;Diyarbakır;Şehitler Caddesi 4',
      'Sipariş önümüzdeki hafta gönderilecek; değişiklik için lütfen müşteri hizmetlerini arayın.',
      '3;Oğuz Çağlar;Muğla;Atatürk Bulvarı',
    ],
  },
  {
    language: 'Lithuanian',
    encodings: BALTIC,
    lines: [
      '1;Jonas Žukauskas;Šiauliai;Vilniaus gatvė 6',
      '2;Kepykla Rugelė;Panevėžys;Laisvės aikštė 1',
      'Siunta bus pristatyta kitą savaitę; jeigu adresas pasikeitė, praneškite mums iš anksto.',
      '3;Rūta Šimkutė;Kėdainiai;Žemaitės 3',
    ],
  },
  {
    language: 'Hebrew',
    encodings: ['utf-8', 'windows-1255', 'iso-8859-8', 'cp862'],
    lines: ['1;דוד כהן;ירושלים;רחוב יפו 12', '2;מאפיית השלום;תל אביב;שדרות רוטשילד 4', 'ההזמנה תישלח מחר בבוקר.'],
  },
  {
    language: 'Arabic',
    encodings: ['utf-8', 'windows-1256', 'iso-8859-6'],
    lines: ['1;محمد عبد الله;القاهرة;شارع النيل 7', '2;مخبز السلام;دمشق;ساحة الأمويين', 'سيتم إرسال الطلب غدا صباحا'],
  },
  {
    language: 'Thai',
    encodings: ['utf-8', 'windows-874'],
    lines: ['1;สมชาย ใจดี;กรุงเทพมหานคร;ถนนสุขุมวิท 21', '2;ร้านขนมปัง;เชียงใหม่;จะจัดส่งในวันพรุ่งนี้'],
  },
  {
    language: 'Japanese',
    encodings: ['utf-8', 'shift_jis', 'euc-jp', 'iso-2022-jp'],
    lines: [
      '1,山田太郎,東京都新宿区西新宿2-8-1,03-5321-1111',
      '2,株式会社さくら製作所,大阪市北区梅田3丁目,担当者は佐藤です',
      'ご注文の商品は明日の午後に発送いたします。住所の変更はお早めにお知らせください。',
      '3,カフェ・ド・パリ,京都市,テレビとコーヒー',
    ],
  },
  {
    language: 'Chinese (simplified)',
    encodings: ['utf-8', 'gbk', 'gb18030'],
    lines: [
      '1,王小明,北京市海淀区中关村大街27号',
      '2,上海红星面包有限公司,上海市浦东新区,联系人张丽',
      '您订购的商品将于明天下午发货，如需修改地址，请尽快与我们的客户服务部门联系。',
    ],
  },
  {
    language: 'Chinese (traditional)',
    encodings: ['utf-8', 'big5'],
    lines: [
      '1,陳大文,臺北市信義區市府路1號',
      '2,香港麵包有限公司,九龍彌敦道,聯絡人李小姐',
      '您訂購的商品將於明天下午寄出，如需更改地址，請儘快與我們的客戶服務部聯絡。',
    ],
  },
  {
    language: 'Korean',
    encodings: ['utf-8', 'euc-kr'],
    lines: [
      '1,김철수,서울특별시 강남구 테헤란로 152',
      '2,한빛제과 주식회사,부산광역시 해운대구,담당자 이영희',
      '주문하신 상품은 내일 오후에 발송됩니다. 주소가 바뀌었으면 빨리 알려 주십시오.',
    ],
  },
];
