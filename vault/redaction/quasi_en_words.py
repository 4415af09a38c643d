"""English vocabulary of what narrows somebody down, as parts of patterns. From general knowledge."""

from __future__ import annotations


def any_of(words: str) -> str:
    """An alternation, longest first; a dot in a word stands for a blank, all kinds of hyphens are one."""
    each = sorted(words.split(), key=len, reverse=True)
    return "(?:" + "|".join(word.replace("-", "[\\-‑]").replace(".", "[ \u00a0]") for word in each) + ")"


MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORD = rf"(?:{any_of(TENS)}(?:[ \-‑]{any_of(ONES)})?|{any_of(ONES)}|(?:a )?hundred|(?:a )?thousand|million)"
NATIONS = any_of(
    "russian ukrainian belarusian chechen ingush dagestani tatar bashkir armenian georgian azerbaijani azeri"
    " uzbek tajik kyrgyz kazakh turkmen karakalpak ossetian abkhaz abkhazian circassian kabardian balkar"
    " karachay kalmyk buryat yakut tuvan chuvash avar lezgin kumyk meskhetian uyghur uighur hazara pashtun"
    " kurdish kurd yazidi assyrian turkish turk iranian persian iraqi syrian afghan palestinian israeli lebanese"
    " jordanian egyptian yemeni saudi moroccan algerian tunisian libyan sudanese ethiopian eritrean tigrayan"
    " oromo somali somalian kenyan ugandan tanzanian rwandan burundian congolese cameroonian nigerian ghanaian"
    " senegalese malian guinean gambian ivorian angolan zimbabwean pakistani indian bangladeshi nepalese tibetan"
    " tamil sinhalese chinese vietnamese burmese rohingya korean japanese mongolian filipino indonesian jewish"
    " jew roma romani sinti sami basque catalan polish romanian bulgarian hungarian czech slovak slovenian"
    " croatian serbian bosnian bosniak montenegrin macedonian albanian kosovar greek cypriot greek-cypriot"
    " turkish-cypriot italian spanish portuguese french german austrian swiss belgian dutch british english"
    " scottish welsh irish danish swedish norwegian finnish icelandic estonian latvian lithuanian moldovan"
    " maltese american canadian mexican cuban guatemalan honduran salvadoran nicaraguan colombian venezuelan"
    " ecuadorian peruvian bolivian chilean argentinian argentine brazilian haitian jamaican australian"
    " crimean.tatar"
)
# What a state's adjective may stand before without telling of a person.
OF_STATE = any_of(
    "government governments authorities authority court courts law laws legislation code constitution state"
    " parliament judiciary administration administrative criminal civil lira liras zloty zlotys schilling"
    " schillings mark marks franc francs kronor krona roubles rubles embassy consulate territory border borders"
    " army military forces police side version legal federal ministry agent republic federation economy society"
    " press media practice case-law judicial delegation troops security public companies company lawyers supreme"
    " high"
)
FAITHS = any_of(
    "muslim muslims christian christians jehovah[’']s.witness jehovah[’']s.witnesses catholic catholics"
    " orthodox protestant protestants buddhist buddhists sunni shia shi[’']a shiite alevi alevis yazidi yazidis"
    " baptist baptists pentecostal pentecostals adventist adventists mormon mormons hindu hindus sikh sikhs"
    " ahmadi ahmadis druze bahá[’']í baha[’']i atheist atheists evangelical evangelicals lutheran lutherans"
    " salafi sufi copt copts coptic zoroastrian ismaili"
)
# Work that is hardly ever a mere part in a procedure: told wherever it stands.
JOBS = any_of(
    "teacher schoolteacher journalist reporter correspondent blogger editor editor-in-chief publisher writer"
    " poet novelist physician paediatrician surgeon dentist nurse midwife paramedic pharmacist veterinarian"
    " medical.practitioner radiologist cardiologist gynaecologist oncologist dancer singer musician actor"
    " actress painter sculptor photographer filmmaker accountant bookkeeper auditor economist banker cashier"
    " salesman saleswoman shopkeeper shop.assistant trader merchant businessman businesswoman entrepreneur"
    " engineer programmer software.developer web.developer it.specialist system.administrator architect designer"
    " electrician plumber welder mechanic locksmith carpenter bricklayer builder roofer miner tailor seamstress"
    " baker butcher cook chef waiter waitress bartender barista hairdresser barber beautician driver courier"
    " lorry.driver farmer shepherd herder beekeeper fisherman forester gardener soldier serviceman servicewoman"
    " conscript non-commissioned.officer warrant.officer sailor pilot firefighter watchman caretaker janitor"
    " cleaner nanny babysitter tutor lecturer professor researcher research.assistant scientist chemist"
    " physicist biologist mathematician historian philosopher linguist librarian psychologist psychiatrist"
    " psychotherapist social.worker civil.servant imam priest pastor preacher monk nun rabbi deacon missionary"
    " mullah politician activist human.rights.defender housewife homemaker pensioner retiree coach athlete boxer"
    " wrestler footballer gymnast stewardess flight.attendant railwayman foreman headmaster headmistress headman"
    " bus.conductor postman translator police.officer policeman policewoman doctor medical.doctor manager"
    " director deputy.director student pupil security.guard bodyguard secretary clerk mayor volunteer worker"
    " labourer laborer technician analyst consultant captain lieutenant colonel sergeant apprentice trainer"
    " contractor employee rector councillor therapist headteacher detective constable police.constable"
    " probation.officer prison.officer prison.guard customs.officer army.officer officer.cadet cadet gendarme"
    " gendarmes corporal private.soldier recruit paratrooper sniper mercenary stonemason plasterer decorator"
    " glazier upholsterer shoemaker cobbler watchmaker jeweller goldsmith optician pathologist anaesthetist"
    " neurologist urologist dermatologist radiographer physiotherapist masseur dietitian nutritionist carer"
    " childminder au.pair governess housekeeper maid butler gatekeeper porter docker stevedore longshoreman"
    " crane.operator machinist fitter toolmaker foundryman smelter driller geologist surveyor cartographer"
    " topographer agronomist zootechnician vet herdsman milkmaid winegrower gamekeeper lumberjack sawmill.worker"
    " seaman skipper ship.captain navigator stoker train.driver signalman stationmaster dispatcher taxi.driver"
    " bus.driver chauffeur cyclist motorist jockey referee chess.player stylist tattooist choreographer composer"
    " violinist pianist guitarist drummer rapper comedian director.of.photography cameraman newsreader"
    " broadcaster columnist proofreader typesetter archivist curator archaeologist anthropologist sociologist"
    " political.scientist statistician actuary insurance.agent estate.agent stockbroker pawnbroker moneylender"
    " smuggler farmhand day.labourer seasonal.worker street.vendor market.trader greengrocer grocer fishmonger"
    " florist confectioner brewer"
)
# Work that is also a part in a procedure: told only where somebody is said to be it.
ROLES = any_of(
    "lawyer advocate attorney barrister solicitor judge prosecutor notary officer principal guard inspector"
    " assistant president chairman chairwoman chairperson leader founder head deputy operator specialist"
    " interpreter major commander intern graduate master agent broker supervisor administrator coordinator"
    " official dean governor"
)
OF_JOBS = any_of(
    "retired former senior junior assistant associate deputy chief leading primary secondary elementary high"
    " middle school university college kindergarten nursery music sports ballet opera lorry taxi bus truck tram"
    " train crane software computer it civil mechanical electrical chemical mining construction freelance"
    " medical military army navy artillery infantry police security factory farm dairy hotel bank shop market"
    " newspaper magazine radio television local public village district independent opposition political"
    " environmental human-rights women's full-time part-time self-employed professional amateur private trained"
    " qualified licensed registered general head art history mathematics maths physics chemistry biology english"
    " french german russian turkish kurdish literature language geography science law economics philosophy"
)
BODY = any_of(
    "head skull face jaw nose eye eyes ear ears tooth teeth neck throat shoulder shoulders arm arms elbow wrist"
    " hand hands finger fingers thumb chest breast rib ribs spine back vertebra vertebrae abdomen stomach liver"
    " kidney kidneys lung lungs heart pelvis hip leg legs thigh knee kneecap patella tibia fibula femur humerus"
    " ankle foot feet heel toe toes brain clavicle collarbone"
)
ILLNESSES = any_of(
    "epilepsy diabetes cancer tuberculosis hiv aids hiv-positive asthma stroke depression ptsd autism dementia"
    " sciatica hernia leukaemia leukemia psychotic.illness psychotic.disorder mental.illness mental.disorder"
    " personality.disorder bipolar.disorder anxiety.disorder panic.disorder depressive.disorder"
    " post-traumatic.stress.disorder post-traumatic.stress down.syndrome heart.attack heart.disease"
    " heart.failure kidney.failure renal.failure high.blood.pressure pregnant pregnancy miscarriage concussion"
    " cerebral.palsy multiple.sclerosis paralysed paralyzed paraplegic deaf deaf-mute amputation amputated"
    " insomnia suicidal suicide.attempt alcoholism drug.addiction ulcer infertility total.disability"
    " partial.disability hiv.infection addiction addict addicts alcoholic schizophrenic epileptic diabetic"
    " psychosis psychotic overdose self-harm handicapped paralysis hepatitis.b hepatitis.c"
)
OF_ILLNESSES = any_of(
    "paranoid chronic acute severe mild moderate recurrent degenerative calcifying bilateral congenital"
    " terminal advanced pulmonary cervical lumbar cervico-brachial viral rheumatoid major breast lung stomach"
    " skin blood prostate ovarian thyroid type.1 type.2"
)
KIN = any_of(
    "mother father brother sister husband wife son daughter grandmother grandfather grandson granddaughter"
    " uncle aunt cousin nephew niece stepfather stepmother stepson stepdaughter mother-in-law father-in-law"
    " brother-in-law sister-in-law son-in-law daughter-in-law fiancé fiancée fiance fiancee spouse twin"
    " half-brother half-sister godfather godmother godson parents grandparents siblings partner boyfriend"
    " girlfriend ex-husband ex-wife widow widower mum mom dad"
)
_CODES = any_of(
    "EUR USD GBP CHF RUB UAH BYN GEL AMD AZN KZT KGS UZS TJS TMT TRL YTL PLN CZK HUF RON BGN MDL SEK NOK DKK"
    " ISK ATS DEM FRF ITL ESP BEF NLG FIM GRD IEP PTE SKK SIT EEK LVL LTL HRK RSD CYP MTL ILS IRR IQD SYP AFN"
    " PKR INR CNY JPY CAD AUD MXN NGN GBX"
)
CURRENCY_CODE = rf"(?:{_CODES}|(?-i:TRY))"  # "try 5" is no sum
CURRENCY = any_of(
    "euro euros dollar dollars cent cents pound pounds pounds.sterling penny pence rouble roubles ruble rubles"
    " hryvnia hryvnias lari dram drams manat manats tenge som soms soum somoni lira liras zloty zlotys koruna"
    " forint leu lei lev leva krone kroner krona kronor schilling schillings mark marks deutschmark deutschmarks"
    " deutsch.mark deutsche.mark franc francs guilder guilders peseta pesetas drachma drachmas shekel shekels"
    " dinar dinars rial rials toman rupee rupees yuan yen peso pesos naira"
)
UNITS = any_of(
    "% percent per.cent km/h mph km kilometres kilometers miles metres meters m² sq.m square.metres"
    " square.meters cm centimetres centimeters mm hectares hectare acres acre kg kilograms kilos kilogrammes"
    " grams grammes litres liters tonnes tons"
)
