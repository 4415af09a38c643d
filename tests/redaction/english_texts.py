# ruff: noqa: E501
"""Invented English papers of asylum seekers; what identifies stands in [[double brackets]].

Everybody in them is invented. Styles differ on purpose: sworn statement, medical letter, notice, chat, mail, school
and employer's letters, police report, all capitals, no capitals.
"""

from __future__ import annotations

AFFIDAVIT = """\
AFFIDAVIT OF [[DILNOZA RASHIDOVA]]

I, [[Dilnoza Rashidova]], being duly sworn, depose and say:

1. I was born on [[March 14th, 1991]] in [[Margilan]], [[Uzbekistan]]. I am an [[Uzbek]] national and a [[Muslim]].
2. I am [[33 years old]] and worked as a [[primary school teacher]] at School No. [[17]] in [[Fergana]].
3. On the night of [[2 to 3 November 2019]] three men in plain clothes came to the flat of [[my brother]],
[[Jasur Rashidov]], at [[48 Navoi Street, apartment 12]].
4. He was held at [[Tashkent Prison No. 1]] until [[spring 2020]]. His lawyer, [[Ms. N. Karimova]], was not let in.
5. I paid [[$4,500]] to a man called [[Bobur]] to take me out through [[Almaty]].

Sworn to before me this [[9th day of May, 2024]].
"""
MEDICAL_LETTER = """\
To whom it may concern

Re: [[Giorgi Mchedlishvili]], date of birth [[07/11/1984]]

I have been treating [[Mr Mchedlishvili]] at [[St Bartholomew Hospital]] since [[September 2022]]. The patient, a former
[[truck driver]] from [[Zugdidi]], presented with [[post-traumatic stress disorder]] and chronic [[hepatitis]]. There is a healed
[[fracture of the left wrist]] and scars on the back. [[His wife]], [[Nana]], attends the sessions.
He is [[178 cm]] tall. He reports that he was beaten by officers of the [[Gldani police]].

Yours faithfully,
Dr [[Priya Ramanathan]], [[psychiatrist]]
"""
HEARING_NOTICE = """\
NOTICE OF HEARING
File: [[A 208-456-913]]
In the matter of [[Aslan Magomadov]]

Please take notice that the above case has been scheduled for a hearing before the Immigration Court on
[[Tuesday, October 21, 2025]] at [[8:30 A.M.]], [[26 Federal Plaza]], Room [[1204]], [[New York]].
Judge: [[Harriet Lindqvist]]
"""
CHAT = """\
[[Rustam]]: hi, did you get to [[Minsk]]?
[[Olga]]: yes, we live near [[Kamennaya Gorka]] now. [[Timur]] found work at [[Belwest]]
[[Rustam]]: ok. they came to mum's house in [[Grozny]] again [[on Friday]], asking about [[your brother]] [[Adam]]
[[Olga]]: call me at [[+375 29 612 44 07]] or write to [[o.saidova88@mail.ru]]
"""
SMALL_LETTERS = """\
hello, my name is [[olga tymchenko]] and i am from [[kharkiv]]. i was a [[nurse]] there. on [[24 february 2022]] we fled to [[poland]]
with [[my mother]] and [[two children]]. now we live in [[gdansk]]. [[my husband]] [[serhiy]] is still in [[ukraine]].
"""
CAPITALS = """\
WITNESS STATEMENT
MY NAME IS [[GULNARA YUSUPOVA]]. I LIVE AT [[14 MILL LANE]], [[LEEDS]]. I HAVE KNOWN [[MR FARRUKH SALIMOV]] SINCE [[2015]].
HE IS A [[JOURNALIST]] AND A [[TAJIK]] CITIZEN. HE WAS ARRESTED IN [[KHUJAND]] ON [[12 JUNE 2021]].
"""
EMPLOYER = """\
This is to certify that [[Anahit Grigoryan]] was employed by [[Nairi Textile LLC]] as an [[accountant]] from [[1 February 2012]]
to [[31 August 2018]] with a monthly salary of [[AMD 280,000]]. She supervised [[Karen Avetisyan]] in our [[Gyumri]] branch.
Contract no. [[441/12]].
"""
POLICE_REPORT = """\
At [[23:40]] on [[17 April 2023]] a man identified as [[Yusuf Demirel]] ([[aged 41]], [[Kurdish]]) was stopped on [[Harbour Street]] in
[[Diyarbakir]]. He stated that he is a member of the [[Mesopotamia Cultural Association]] and that [[his cousin]] [[Berfin Demirel]]
studies at [[Dicle University]]. The case was transferred to the [[Diyarbakir Public Prosecutor]] and later to the
Constitutional Court.
"""
MAIL = """\
Dear [[Mrs Whitcombe]],

Thank you for meeting [[Farida]] and me [[last Thursday]]. As agreed, I attach the letter of [[Imam Yusufzai]] from the [[Finsbury]]
mosque and the birth certificate of [[our daughter]] [[Zahra]], born in [[Herat]] in [[2016]]. [[Farida]] suffers from [[epilepsy]].
We are [[Hazara]] and cannot return to [[Afghanistan]].

Kind regards,
[[Mohammad Reza Hosseini]]
"""
DECLARATION = """\
My name is [[Ibrahim Okonkwo-Bello]]. I am a [[Nigerian]] citizen, [[twenty-nine years old]], and a [[Pentecostal]]. I grew up in
the village of [[Umuahia]]. I studied [[chemistry]] at the [[University of Ibadan]] and graduated in [[2017]]. In the [[summer of 2020]]
I joined [[Amnesty Watch Lagos]]. [[My uncle]], [[Chief Emeka Okonkwo]], is a [[retired colonel]]. He offered [[five thousand dollars]]
to anyone who would bring me back. I have not been to [[Lagos]] since then.
"""
INTERVIEW = """\
Q: What is your full name? A: [[Selamawit Tesfaye]].
Q: When did you leave [[Eritrea]]? A: In [[January 2018]], I think the [[12th]].
Q: Who was with you? A: [[My cousin]] [[Filmon]] and a smuggler, [[Abu Hassan]]. We crossed at [[Kassala]] and stayed eleven days in [[Khartoum]], at the house of [[Mr. Idris]].
Q: Where did you do national service? A: In [[Sawa]], unit [[34]], as a [[cook]]. The commander was [[Colonel Tekle Mengistu]].
Q: Any medical problems? A: I have [[asthma]] and I lost a finger.
"""
SCHOOL_LETTER = """\
[[Greenfield Community School]]
[[22 Orchard Road]], [[Bristol BS6 5QT]]
Ref: [[GCS/2023/118]]

[[Amir Sharifi]] (year 9, born [[3.4.2009]]) has attended our school since [[autumn 2021]]. His form teacher is [[Mr Pemberton]]. He lives with [[his aunt]], [[Parisa Sharifi]], who works as a [[cleaner]] at [[Royal Infirmary]]. He speaks Dari and English.
"""
INTAKE = """\
Client: [[TURSUNOV Bekzod]], m., b. [[1995]], [[Namangan]]. Passport [[AA1234567]]. Tel. [[+998 90 123 45 67]].
Entered the EU via [[Vilnius]] [[6 Aug 2022]]. [[Wife]]: [[Malika]] (24), [[2 kids]]. Detained [[Pabrade]] camp until [[10/22]]. Occupation: [[welder]]. Evangelical, baptised [[Easter 2021]] by pastor [[Henrik Sorensen]] of [[Grace Church Kaunas]].
"""
NEWS = """\
Police in [[Baku]] detained blogger [[Elchin Huseynov]] on [[Wednesday]], his lawyer [[Samira Aghayeva]] told [[Caucasian Knot]]. [[Huseynov]], [[36]], who runs the YouTube channel [["Azad Soz"]], was taken from his flat in the [[Yasamal district]]. In [[2020]] he spent [[30 days]] in detention for a post about [[SOCAR]].
"""
TEXTS = {
    "affidavit": AFFIDAVIT,
    "medical letter": MEDICAL_LETTER,
    "hearing notice": HEARING_NOTICE,
    "chat": CHAT,
    "small letters": SMALL_LETTERS,
    "capitals": CAPITALS,
    "employer's letter": EMPLOYER,
    "police report": POLICE_REPORT,
    "mail": MAIL,
    "declaration": DECLARATION,
    "interview": INTERVIEW,
    "school letter": SCHOOL_LETTER,
    "intake": INTAKE,
    "news": NEWS,
}


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The plain text, and where what was marked stands in it."""
    head, *pieces = marked.split("[[")
    plain, places = head, []
    for piece in pieces:
        inside, after = piece.split("]]", 1)
        places.append((len(plain), len(plain) + len(inside)))
        plain += inside + after
    return plain, places
