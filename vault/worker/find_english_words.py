"""English words that say what kind of body, law or person is meant, but not which one.

A name made of these alone ("the Supreme Administrative Court") tells nobody apart; one other word ("the Izmir
Administrative Court") may. Written from general knowledge of courts, states and offices.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP = _words(
    "the a an of and or for in on at to by with from as into under over between before after during since until"
    " against about if when while where whereas which who whom whose that this these those there then thus it its"
    " he she they we i you his her their our my your him them me us is are was were be been being has have had do"
    " does did not no nor but so such than too very may might can could shall should will would must also however"
    " moreover furthermore accordingly consequently subsequently finally meanwhile later further according"
    " although because despite following given having in-between nevertheless only other some any each every all"
    " both either neither several many most more less same own once one two three four five six seven eight nine"
    " ten article articles section sections rule rules paragraph paragraphs chapter part annex appendix see cf eg"
    " ie etc per via what how why please dear yes ok hi hello thanks thank regards sincerely re fw fwd"
)
HEADS = _words(
    "court courts tribunal prison jail hospital clinic polyclinic university college school gymnasium lyceum"
    " academy institute faculty office offices authority authorities board council committee commission agency"
    " department directorate division ministry bureau centre center association society union party federation"
    " foundation company corporation bank railways railway police gendarmerie prosecutor prosecutors municipality"
    " municipalities embassy consulate church cathedral parish monastery mosque synagogue temple commandership"
    " command regiment battalion brigade bar chamber registry station airport hotel fund service services governor"
    " mayor governorship mayoralty prefecture prefect consul newspaper publishing press factory plant colony camp"
    " shelter hostel kindergarten orphanage cemetery theatre museum library laboratory pharmacy ltd llc inc plc"
    " gmbh ag sa spa corp co firm chambers notary headquarters unit squad brigade administration inspectorate"
    " league movement front club team congress assembly parliament senate group institution dormitory barracks"
    " checkpoint garrison stadium market mall restaurant cafe bakery"
)
PLACE_HEADS = _words(
    "street avenue road square boulevard lane drive alley embankment highway bridge park village town city"
    " district province county region oblast krai raion municipality commune canton governorate suburb quarter"
    " neighbourhood neighborhood settlement township peninsula island islands river lake valley mountain mountains"
    " forest beach port harbour border crossing département department"
)
# What a body is about: "Ministry of Defence" or "State Railways" tells where somebody served or worked.
SUBJECTS = _words(
    "insurance railways railway defence defense education health veterans agriculture armed pension pensions"
    " fisheries forestry energy electricity gas oil telecommunications post postal aviation prisons military army"
    " navy air social labour labor tax treasury immigration migration asylum aliens refugee border customs interior"
    " internal security intelligence counter-terrorism anti-terrorism planning transport environment roads highways"
    " traffic housing construction science culture sport economics economy finance"
)
GENERIC = (
    HEADS
    | PLACE_HEADS
    | _words(
        "tel fax mob ref dob supreme high higher highest lower upper constitutional administrative criminal civil"
        " labour labor commercial family juvenile regional provincial municipal local central federal general"
        " public private principal chief deputy vice acting senior assistant president vice-president presidency"
        " chairman chairperson chairwoman prime first second third fourth fifth sixth seventh eighth ninth tenth"
        " instance first-instance second-instance appeal appeals appellate cassation assize magistrates magistrate"
        " peace justice judge judges judicial judiciary attorney prosecution state states republic kingdom"
        " government governments national nations international european human rights right freedoms fundamental"
        " protection convention protocol constitution code codes act acts law laws bill article rule regulation"
        " regulations decree directive charter statute treaty treaties agreement procedure procedures procedural"
        " penal enforcement execution grand plenary full joint special security military army navy air force"
        " forces armed defence defense interior internal external foreign affairs education science culture sport"
        " health agriculture food economics economy economic finance financial tax taxation treasury social"
        " insurance pension pensions disability planning transport environment employment immigration migration"
        " asylum refugee refugees aliens passport guard citizenship registrar secretary secretary-general"
        " general's prosecutor's prosecutors' governor's president's university's office's minister ministers"
        " minister's director directors head chancellor chancellery cabinet parliamentary legal legislative"
        " permanent representation representative mission ombudsman commissioner delegate delegation agent agents"
        " co-agent government's court's commission's council's committee's board's adviser advisers counsel"
        " inspector inspectors inspection building urban rural land lands surveys survey property immovable"
        " housing construction works roads highways traffic motor vehicle vehicles fire emergency situations"
        " rescue medical sections section contracting parties member applicant applicants respondent plaintiff"
        " defendant claimant claimants appellant petitioner witness victim suspect accused convicted detainee"
        " officer officers official officials servant servants intelligence counter-terrorism anti-terrorism"
        " terrorism organised crime investigation investigations investigator investigative detective narcotics"
        " drug drugs customs revenue homeland department's law-society house houses lords commons representatives"
        " elections election electoral audit accounts competition consumer data information privacy media"
        " broadcasting television radio facts circumstances case cases proceedings admissibility merits complaint"
        " complaints complainant decision decisions judgment judgments judgement order orders hearing hearings"
        " application applications request annex appendix background introduction conclusion conclusions reasons"
        " operative relevant domestic practice alleged violation violations just satisfaction damage damages costs"
        " expenses default interest declaration statement affidavit exhibit form notice letter report certificate"
        " subject date name surname signature address phone telephone number page file record records country"
        " nationality residence birth place sex gender status dear sir madam mr mrs ms miss dr prof professor"
        " lawyer attorneys solicitor barrister north south east west northern southern eastern western war world"
        " cold great day being northeast northwest southeast southwest north-east north-west south-east south-west"
        " god internet facebook telegram whatsapp instagram youtube google viber signal email e-mail english latin"
        " covid covid-19 gps sms sim id pdf usb tv ngo ngos unhcr eu un uk us usa uscis eoir ice cbp dhs nato osce"
        " echr ecthr ec eec eu's un's who icrc iom i-589 i-94 dna hiv hcv ptsd ad bc am pm gmt utc monday tuesday"
        " wednesday thursday friday saturday sunday january february march april june july august september"
        " october november december christmas easter ramadan new year euro euros eur usd gbp dollar dollars pound"
        " pounds sterling lira liras lirasi kronor kroner krone zloty zlotys schilling schillings mark marks franc"
        " francs rouble roubles ruble rubles tenge som soum somoni lari dram hryvnia manat try trl ytl sek nok dkk"
        " pln atd ats dem chf czk huf rub uah kzt gel amd byn uzs tjs kgs ambassador prevention ordinance"
        " commander commander-in-chief circular political degrading treatment inhuman torture lawyers fees series"
        " plan use aspects matters disciplinary reports crown gazette procurator instrument implementation welfare"
        " civilian child benefits"
    )
) - SUBJECTS
DEMONYMS = _words(
    "russian ukrainian belarusian armenian georgian azerbaijani azeri uzbek tajik kyrgyz kazakh turkmen turkish"
    " iranian iraqi syrian afghan israeli lebanese jordanian egyptian moroccan algerian tunisian libyan sudanese"
    " ethiopian eritrean somali kenyan ugandan nigerian ghanaian cameroonian congolese rwandan pakistani indian"
    " bangladeshi chinese vietnamese korean japanese mongolian polish romanian bulgarian hungarian czech slovak"
    " slovenian croatian serbian bosnian montenegrin macedonian albanian greek cypriot italian spanish portuguese"
    " french german austrian swiss belgian dutch british english scottish welsh irish danish swedish norwegian"
    " finnish icelandic estonian latvian lithuanian moldovan maltese american canadian mexican brazilian"
    " argentinian colombian venezuelan cuban australian soviet european african asian western"
)
COUNTRIES = _words(
    "russia ukraine belarus armenia georgia azerbaijan uzbekistan tajikistan kyrgyzstan kazakhstan turkmenistan"
    " turkey türkiye iran iraq syria afghanistan israel lebanon jordan egypt morocco algeria tunisia libya sudan"
    " ethiopia eritrea somalia kenya uganda nigeria ghana cameroon congo rwanda pakistan india bangladesh china"
    " vietnam korea japan mongolia poland romania bulgaria hungary slovakia slovenia croatia serbia bosnia"
    " montenegro macedonia albania greece cyprus italy spain portugal france germany austria switzerland belgium"
    " netherlands britain england scotland wales ireland denmark sweden norway finland iceland estonia latvia"
    " lithuania moldova malta america canada mexico brazil argentina colombia venezuela cuba australia europe asia"
    " africa frg gdr ussr cis"
)
# After an adjective of nationality: then it speaks of a state, its law or its tongue, not of a person.
NOT_PEOPLE = _words(
    "government authorities authority court courts law laws code constitution constitutional republic state"
    " parliament legislation legal judiciary judicial administration administrative criminal civil penal lira"
    " liras zloty zlotys schilling schillings mark marks franc francs kronor rouble roubles currency embassy"
    " consulate territory territorial border borders army military armed forces police side version language text"
    " word words translation term armed supreme high federal ministry minister agent government's state's basic"
    " unification aviation airlines market economy society press media newspaper context practice doctrine"
    " case-law system delegation mission red cross council national-council lawyers lawyer bar general treasury"
    " part occupation troops security public municipality companies company enterprise enterprises bank insurance"
    " social"
)
NATIONAL_STATE = _words("republic kingdom government governments federation state authorities")
PERSON_WORDS = _words("national nationals citizen citizens origin")
FAMILY_TITLES = _words(
    "mr mrs ms miss mx dr prof professor sir madam dame lord lady judge justice messrs mme herr frau"
)
MONTHS = _words(
    "january february march april may june july august september october november december jan feb mar apr jun"
    " jul aug sep sept oct nov dec"
)
WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
MONTHS_LONG = _words("january february april june july august september october november december")
SMALL_PLACES = _words(
    "village town city district province county region municipality commune suburb settlement neighbourhood"
    " neighborhood quarter island hamlet locality area"
)
