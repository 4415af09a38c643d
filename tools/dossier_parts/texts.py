"""The words of the ruling and the declaration. A block is `style: words`; see `papers.py` and `marks.py`."""

from __future__ import annotations

RULING = """
right: Дело № [[?court case|5-314/2023]]

right: УИД [[?court case|00MS0000-01-2023-000314-15]]

center: ПОСТАНОВЛЕНИЕ<br/>по делу об административном правонарушении

row: 14 марта 2023 года ¦ г. Новоречинск

justify: Судья Верхнелужского районного суда г. Новоречинска [[?name|Полукедова Н. Ф.]], при секретаре
[[?name|Жихореве А. Д.]], с участием лица, в отношении которого ведётся производство по делу,
[[P1|Тернёвой Дарьи Андреевны]], защитника — адвоката [[?name|Брусницкого С. Е.]], рассмотрев в открытом судебном
заседании дело об административном правонарушении, предусмотренном ч. 5 ст. 20.2 КоАП РФ, в отношении

narrow: <b>[[P1|Тернёвой Дарьи Андреевны]]</b>, [[?date of birth|9 ноября 1991 года]] рождения, уроженки
пос. Дальние Броды, гражданки РФ, паспорт [[P1|0003 000114]], замужней, работающей преподавателем рисования,
зарегистрированной и проживающей по адресу: [[?address|г. Новоречинск, ул. Паровозная, д. 14, кв. 3]],
ранее к административной ответственности не привлекавшейся,

center: УСТАНОВИЛ:

justify: Согласно протоколу об административном правонарушении [[+|12 марта 2023 года около 14 часов 50 минут]]
[[P1|Тернёва Д. А.]], находясь на площади Кузнецов г. Новоречинска, приняла участие в публичном мероприятии в форме
пикетирования, не согласованном с органом местного самоуправления, совместно с [[P4|Ветлугорской Л. А.]],
[[P5|Гронбергом Г. Л.]], [[P3|Заречновым М. П.]] и иными лицами, держала в руках чистый лист бумаги формата А3,
чем нарушила установленный порядок проведения публичного мероприятия.

justify: В судебном заседании [[P1|Тернёва Д. А.]] [[+|вину в совершении административного правонарушения не
признала]], пояснила, что пришла на площадь с мужем, [[P3|Заречновым Михаилом Павловичем]], и матерью,
[[P2|Тернёвой Еленой Викторовной]]; лозунгов не выкрикивала, движению пешеходов не мешала; требований разойтись
не слышала. При задержании сотрудник полиции ударил её в висок, медицинская помощь была оказана ей
только на следующий день.

justify: Допрошенный в качестве свидетеля [[P3|Заречнов Михаил Павлович]], [[?date of birth|02.06.1989]] г. р.,
паспорт [[P3|0002 000338]], телефон [[P3|+7 900 000-01-33]], показал, что приходится [[P1|Тернёвой Д. А.]] супругом.
Со слов [[P3|Заречнова М. П.]], собравшиеся стояли молча. Он вывел с площади [[P2|Тернёву Е. В.]], поскольку той
стало плохо с сердцем, и момента задержания супруги не видел.

justify: Свидетель [[P4|Ветлугорская Лидия Аркадьевна]], [[?date of birth|30.01.1984]] г. р., проживающая по
адресу: [[?address|г. Новоречинск, Кольцевой бульвар, д. 7, кв. 61]], телефон [[P4|8 (900) 000-01-44]], показала,
что вела съёмку на телефон. Из показаний [[P4|Ветлугорской]] следует, что сотрудники не представились.
Суд критически относится к показаниям [[P4|Лидии Аркадьевны Ветлугорской]], так как она состоит с
[[?shared surname|Тернёвой]] в дружеских отношениях.

justify: Свидетелю [[P5|Гронбергу Герману Львовичу]] разъяснены права, предусмотренные ст. 25.6 КоАП РФ. Свидетель
[[P5|Гронберг Г.Л.]] показал, что стоял рядом с [[P1|Дарьей Андреевной]] и [[+|видел, как её ударили при посадке в
автобус.]] О [[P5|Гронберге]] в отделе составлен отдельный протокол № [[?protocol|НР-00 000314]].

narrow: Рапортом инспектора [[?name|Чабурдаева]] подтверждается, что видеозапись изъята у находившейся там же
гражданки [[P4|Ветлугор-<br/>ской]] и приобщена к материалам дела на оптическом диске. Ходатайство защитника о
повторном вызове [[P5|Германа<br/>Львовича Гронберга]] и о допросе [[P2|ТЕРНЁВОЙ ЕЛЕНЫ ВИКТОРОВНЫ]] отклонено.

justify: Исследовав материалы дела, выслушав участников, суд приходит к следующему. В силу ч. 5 ст. 20.2 КоАП РФ
нарушение участником публичного мероприятия установленного порядка проведения собрания, митинга,
демонстрации, шествия или пикетирования влечёт наложение административного штрафа на граждан в размере от
десяти тысяч до двадцати тысяч рублей или обязательные работы на срок до сорока часов.

justify: Факт участия [[P1|Тернёвой Д. А.]] в мероприятии подтверждается протоколом, рапортами сотрудников
полиции, видеозаписью, показаниями свидетелей [[P4|Л. А. Ветлугорской]], [[P5|Г. Л. Гронберга]] и [[P3|М. П.
Заречнова]]. Довод защиты о том, что чистый лист бумаги не является средством агитации, [[+|основан на неверном
толковании закона.]]

justify: При назначении наказания суд учитывает характер правонарушения, данные о личности, отсутствие
отягчающих обстоятельств. Смягчающим обстоятельством суд признаёт состояние здоровья матери лица, привлекаемого к
ответственности, — [[P2|Тернёвой Е.В.]], нуждающейся в уходе.

justify: На основании изложенного, руководствуясь ст. ст. 29.9, 29.10 КоАП РФ, суд

center: ПОСТАНОВИЛ:

justify: Признать [[P1|Тернёву Дарью Андреевну]] виновной в совершении административного правонарушения,
предусмотренного ч. 5 ст. 20.2 КоАП РФ, и [[+|назначить ей наказание в виде административного штрафа]] в размере
15 000 (пятнадцати тысяч) рублей.

justify: Штраф надлежит уплатить не позднее шестидесяти дней со дня вступления постановления в законную силу. Копию
постановления вручить [[P1|Дарье Андреевне Тернёвой]], защитнику и, по доверенности, [[P3|Михаилу Павловичу
Заречнову]] ([[P3|m.zarechnov@example.org]]).

justify: Постановление может быть обжаловано в Новоречинский областной суд в течение десяти суток со дня
вручения или получения копии через Верхнелужский районный суд.

gap:

row: Судья ¦ [[?name|Н. Ф. Полукедова]]
"""

DECLARATION = """ right: [[P4|Lidia Vetlugorskaya]]<br/>[[?address|418 Fictional Street, Apt 6, Sampleton, NY
00000]]<br/>[[P4|+1 (202) 555-0144]]<br/>[[P4|lida.vetlug@example.org]]

left: February 5, 2024

left: United States Immigration Court<br/>In the matter of: <b>[[P1|Daria Andreevna TERNEVA]]</b>,
[[P1|A000-000-314]]

center: DECLARATION OF [[P4|LIDIA ARKADYEVNA VETLUGORSKAYA]]

left: I, [[P4|Lidia Arkadyevna Vetlugorskaya]], declare under penalty of perjury as follows:

number: 1. I was born on [[?date of birth|January 30, 1984]] in Novorechinsk, Russia. I work as a proofreader. I
make this statement in support of the asylum application of [[P1|Daria Terneva]], whom I have known since 2011.
We taught at the same art school.

number: 2. On March 12, 2023 I stood next to [[P1|Daria]] on Kuznetsov Square. [[+|She was holding a blank sheet
of paper.]] With us were her husband, [[P3|Mikhail Zarechnov]], her mother, [[P2|Elena Viktorovna Terneva]], and
our friend [[P5|Herman Gronberg]] (in Russian documents he is [[P5|German Lvovich Gronberg]]). I filmed with my
telephone.

number: 3. Men in helmets took me first, then [[P5|Gronberg]]. From the window of the bus I saw an officer
strike [[?shared surname|Ms. Terneva]] on the temple with his fist. [[+|She fell on the step of the bus and was
dragged inside.]] [[P3|Zarechnov]] had by then led [[P2|Mrs. Elena Terneva]] away through a courtyard, because
she has a weak heart.

number: 4. At the police department an investigator named [[?name|Knurov]] asked me who had paid for the paper.
He showed me photographs of [[P3~|Misha]] and of [[P5~|Gera]], and printouts of [[P3~|Misha's]] account
[[P3|@red_lantern_77]]. He told me that [[P1|Daria]] "[[+|will be drawing in a cell from now on]]". My protocol
spells my name as [[P4|Vetlugorskaia]]; my first foreign passport had [[P4|Lidiia Vetlugorskaia]].

number: 5. In the ruling of March 14, 2023 the judge wrote that she was critical of my testimony. I testified
truthfully. My video was taken from me and I never got it back. [[P5|Mr. Gronberg's]] testimony, which confirmed
mine, is mentioned in one sentence.

number: 6. On June 2, 2023 two men left a summons for [[P1|Daria]] with her mother. The same evening we
exchanged messages with [[P3|Mikhail]] about leaving. I left Russia on June 9, 2023; [[P1|Daria]] and [[P3|M. P.
Zarechnov]] left the next day, each by a different road. They were separated at the border and [[+|are held in
different states.]]

number: 7. [[P2|Elena Viktorovna]] is still in Novorechinsk. I ask the Court not to disclose her name, nor that
of [[P5|Gronberg, Herman L.]], who is being searched for at [[?address|31 Liteyny Passage]]. In November 2023
officers asked his neighbours about "the [[P4|Vetlugorskiy]] woman" and her friends.

number: 8. If [[P1|Daria Terneva]] is returned, I believe that [[+|she will be arrested upon arrival]], as
happened to two persons from our city who were deported in the autumn.

number: 9. I can be reached at [[P4|202-555-0144]] or through [[P4|@lidavetlug]] and I am willing to testify, by
video if the Court permits.

left: I declare that the foregoing is true and correct to the best of my knowledge.

gap:

left: ______________________________<br/>[[P4|L. A. Vetlugorskaya]]
"""
