"""Two examples or more for every command: shown by its help, and run by the tests as they stand.

Ids stand for what the tests' scratch vault holds; the tests put the real ones in their place, add the secret, and run
the commands in this order.
"""

from __future__ import annotations

from commands.examples_later import LATER

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "init": (
        ("casevault init", "On a terminal: a passphrase is offered, a recovery code shown."),
        (
            "casevault init --vault new-vault --passphrase-file words.txt --recovery-out sheet.txt",
            "In a script.",
        ),
    ),
    "status": (
        ("casevault status", "What needs attention?"),
        ("casevault status --json", "The same for a script."),
    ),
    "unlock": (
        ("casevault unlock --for 15m", "Ask for the passphrase once, then work for a quarter of an hour."),
        (
            "casevault unlock --for 2h --idle 10m --recovery-file sheet.txt",
            "Longer, with the recovery code from a file.",
        ),
    ),
    "lock": (
        ("casevault lock", "Lock at once whatever is kept open."),
        ("casevault lock --json", "The same for a script: how many vaults were open."),
    ),
    "case new": (
        ("casevault case new --from title.json", "With the title from a file."),
        ("casevault case new --from -", "With the title as JSON from another program."),
    ),
    "case list": (
        ("casevault case list", "All cases with their titles."),
        ("casevault case list --json", "The same for a script."),
    ),
    "person add": (
        ("casevault person add C-7K3Q9 --from people.json", "Several people from a people file."),
        (
            'casevault person add C-7K3Q9 --role relative --keep "joint case" --from husband.json',
            "The husband stays readable in exports.",
        ),
    ),
    "person list": (
        ("casevault person list C-7K3Q9", "Who is listed, who is protected?"),
        ("casevault person list C-7K3Q9 --json", "The same for a script."),
    ),
    "person variants": (
        ("casevault person variants P-9D2MK4T", "Which spellings of this name will be found?"),
        ("casevault person variants P-9D2MK4T --all", "Every single form, and where it comes from."),
    ),
    "person set": (
        ('casevault person set P-9D2MK4T --keep "named in the public ruling"', "Leave a person readable."),
        ("casevault person set P-9D2MK4T --protect", "Protect them again."),
    ),
    "evidence add": (
        (
            "casevault evidence add C-7K3Q9 summons.pdf --kind summons --from origin.json",
            "A file and where it is from.",
        ),
        ("casevault evidence add C-7K3Q9 -r phone --remove-source", "A folder; originals go once stored."),
    ),
    "evidence list": (
        ("casevault evidence list C-7K3Q9", "What is in the case?"),
        ("casevault evidence list C-7K3Q9 --json", "The same for a script."),
    ),
    "evidence show": (
        ("casevault evidence show E-4N8TVQ2WX", "Where is it from, was its text read?"),
        ("casevault evidence show E-4N8TVQ2WX --purpose hearing", "The same, with the reason in the log."),
    ),
    "evidence get": (
        ("casevault evidence get E-4N8TVQ2WX --out copy.pdf", "Back, byte for byte."),
        (
            "casevault evidence get E-4N8TVQ2WX --out second.pdf --purpose translation",
            "The same, with the reason in the log.",
        ),
    ),
    "evidence view": (
        (
            "casevault evidence view E-4N8TVQ2WX --out look.html --words-file look.txt",
            "A sealed page, and the words that open it.",
        ),
        (
            "casevault evidence view E-4N8TVQ2WX --out reader.html --words-file reader.txt --purpose translation",
            "The same, with the reason in the log.",
        ),
    ),
    "evidence set": (
        ("casevault evidence set E-4N8TVQ2WX --kind court --captured 2024-03-31", "Another kind, a date."),
        ("casevault evidence set E-4N8TVQ2WX --from origin.json", "Another source and note."),
    ),
    "evidence translate": (
        ("casevault evidence translate E-4N8TVQ2WX english.txt", "Add the English translation."),
        (
            "casevault evidence translate E-4N8TVQ2WX english2.txt --from origin.json",
            "The same, with who made it.",
        ),
        (
            "casevault evidence translate E-4N8TVQ2WX english3.txt --certificate certificate.txt",
            "With the translator's certificate.",
        ),
    ),
    "evidence verify": (
        ("casevault evidence verify C-7K3Q9", "Is every file of the case whole?"),
        ("casevault evidence verify", "Every file of the vault?"),
    ),
    "search": (
        ("casevault search --from query.json", 'Words from a file: {"query": "…"}.'),
        ("casevault search --case C-7K3Q9 --from - --purpose hearing", "In one case, words from a program."),
    ),
    "case show": (
        ("casevault case show C-7K3Q9", "People, evidence, links."),
        ("casevault case show C-7K3Q9 --purpose hearing --json", "For a script, with the reason in the log."),
    ),
    "case set": (
        ("casevault case set C-7K3Q9 --from title.json", "Another title."),
        ("casevault case set C-7K3Q9 --from -", "The same as JSON from another program."),
    ),
    "case link": (
        ("casevault case link C-7K3Q9 C-2M8XR --as spouse", "The cases of husband and wife."),
        ("casevault case link C-2M8XR C-5D4TN --as sibling", "The cases of brother and sister."),
    ),
    "evidence share": (
        ("casevault evidence share E-4N8TVQ2WX C-2M8XR", "The husband's case may use it too."),
        ("casevault evidence share E-4N8TVQ2WX C-5D4TN --json", "For a script."),
    ),
    "evidence unshare": (
        ("casevault evidence unshare E-4N8TVQ2WX C-2M8XR", "The husband's case needs it no more."),
        ("casevault evidence unshare E-4N8TVQ2WX C-5D4TN --json", "The same for a script."),
    ),
    "evidence move": (
        ("casevault evidence move E-6P3ZK8RYA C-2M8XR", "It was added to the wrong case."),
        ("casevault evidence move E-6P3ZK8RYA C-7K3Q9 --json", "And back, for a script."),
    ),
    "evidence remove": (
        ("casevault evidence remove E-6P3ZK8RYA --confirm E-6P3ZK8RYA", "Out of the vault, for good."),
        ("casevault evidence remove E-2V9DW5JTB --confirm E-2V9DW5JTB --json", "The same for a script."),
    ),
    "recipient add": (
        ("casevault recipient add --role lawyer --from lawyer.json", "A lawyer; bundles get words."),
        (
            "casevault recipient add --role auditor --age-key "
            "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p --from auditor.json",
            "An auditor with a key.",
        ),
    ),
    "recipient list": (
        ("casevault recipient list", "Who can be given something?"),
        ("casevault recipient list --json", "The same for a script."),
    ),
    "redact plan": (
        ("casevault redact plan C-7K3Q9", "Find what identifies people."),
        ("casevault redact plan C-7K3Q9 --profile lawyer --json", "The same for a script."),
    ),
    "redact add": (
        (
            "casevault redact add C-7K3Q9 E-8B2QM7NSD --page 1 --box 10,20,30,15 --person P-9D2MK4T",
            "Cover a face.",
        ),
        (
            "casevault redact add C-7K3Q9 E-4N8TVQ2WX --page 1 --from marked.json --person P-9D2MK4T --json",
            "Mark words.",
        ),
    ),
    "redact preview": (
        ("casevault redact preview C-7K3Q9 --out preview.pdf", "A PDF with numbered findings."),
        ("casevault redact preview C-7K3Q9 --out again.pdf --profile lawyer", "The plan of one profile."),
    ),
    "redact show": (
        ("casevault redact show C-7K3Q9", "The findings with their text."),
        ("casevault redact show C-7K3Q9 --json", "The same for a script."),
    ),
    "redact reject": (
        ("casevault redact reject C-7K3Q9 F-1", "This one may stay readable."),
        ("casevault redact reject C-7K3Q9 1 2 --json", "Several, by number."),
        ("casevault redact reject C-7K3Q9 --pages", "Pages of scans leave with their boxes, after a look at each."),
    ),
    "redact accept": (
        ("casevault redact accept C-7K3Q9 F-1 F-2", "These go after all."),
        ("casevault redact accept C-7K3Q9 --all", "All that are still open."),
    ),
    "bundle create": (
        (
            "casevault bundle create C-7K3Q9 --to R-5TQ2MX --purpose hearing --out bundle.age --words-file told.txt",
            "For a lawyer, with words.",
        ),
        (
            "casevault bundle create C-7K3Q9 --to R-5TQ2MX --purpose handover --consent oral --dry-run",
            "What would be in it?",
        ),
        (
            "casevault bundle create C-5D4TN --to R-5TQ2MX --purpose hearing --out sound.age --words-file sound.txt "
            "--recording E-9G4TCX5VH",
            "A recording that you have heard to the end.",
        ),
    ),
    "bundle packet": (
        ("casevault bundle packet C-7K3Q9 --to R-5TQ2MX --out filing", "A filing for the court, in a new folder."),
        (
            "casevault bundle packet C-7K3Q9 --rules generic-a4 --dry-run --json",
            "What would be on which page, on A4?",
        ),
    ),
    "bundle verify": (
        ("casevault bundle verify bundle.age --words-file told.txt", "Is it whole?"),
        ("casevault bundle verify bundle.age --words-file told.txt --json", "The same for a script."),
    ),
    "bundle open": (
        (
            "casevault bundle open bundle.age --out opened --words-file told.txt",
            "Its files, in a new folder.",
        ),
        (
            "casevault bundle open bundle.age --out opened-too --words-file told.txt --json",
            "The same for a script.",
        ),
    ),
    "bundle list": (
        ("casevault bundle list C-7K3Q9", "What was made of this case?"),
        ("casevault bundle list C-7K3Q9 --json", "The same for a script."),
    ),
    "disclosures": (
        ("casevault disclosures", "Everything that left."),
        ("casevault disclosures --recipient R-5TQ2MX", "What does this lawyer have?"),
        ("casevault disclosures --state handed-over --since 2024-01-01 --json", "For a script: who has what?"),
    ),
    "bundle again": (
        (
            "casevault bundle again B-4N8TVQ2W --to R-3WJ9KD --out next.html --words-file next.txt --consent oral",
            "Another lawyer takes over: the same for them, after showing what changed.",
        ),
        ("casevault bundle again B-4N8TVQ2W --to R-3WJ9KD --dry-run --json", "What changed? For a script."),
    ),
    "bundle mark": (
        ("casevault bundle mark B-4N8TVQ2W handed-over", "It was given to the lawyer today."),
        ("casevault bundle mark B-4N8TVQ2W opened --json", "They said that it opened; for a script."),
    ),
    "bundle recall": (
        ("casevault bundle recall B-4N8TVQ2W --out recall.txt", "Ask for it to be deleted; the text to send."),
        ("casevault bundle recall B-4N8TVQ2W --lang ru", "Once more, in Russian."),
    ),
    "case alarm": (
        ("casevault case alarm C-7K3Q9 --dry-run", "Who has what of this case?"),
        ("casevault case alarm C-7K3Q9 --out recalls", "Exports stop, and the texts to send lie ready."),
        ("casevault case alarm C-7K3Q9 --end --confirm C-7K3Q9 --json", "Exports may go on."),
    ),
    "redact text": (
        ("casevault redact text --people people.json", "A text from standard input."),
        ("casevault redact text --jsonl --people people.json", "Many texts, a line of JSON each."),
    ),
    "redact file": (
        (
            "casevault redact file letter.txt --people people.json --out redacted.pdf",
            "One document, no vault.",
        ),
        (
            "casevault redact file letter.txt --people people.json --out public.pdf --profile public",
            "Without the applicant too.",
        ),
        (
            "casevault redact file summons.pdf --people people.json --out pixels.pdf --mode facsimile --max-mib 5",
            "The look of the page, as pixels with boxes.",
        ),
        (
            "casevault redact file letter.txt --people people.json --out letter.docx",
            "As a Word document.",
        ),
        (
            "casevault redact file mail.eml --people people.json --out mail",
            "A mail and what is attached, into a new folder.",
        ),
    ),
    "redact check": (
        ("casevault redact check redacted.pdf --people people.json", "Does it still name anybody?"),
        ("casevault redact check redacted.pdf --people people.json --json", "The same for a script."),
    ),
    "recipient remove": (
        ("casevault recipient remove R-5TQ2MX", "This lawyer left the case."),
        ("casevault recipient remove R-3WJ9KD --json", "The same for a script."),
    ),
    "person remove": (
        ("casevault person remove P-9D2MK4T --confirm P-9D2MK4T", "Listed by mistake."),
        ("casevault person remove P-6H4VX2C --confirm P-6H4VX2C --json", "The same for a script."),
    ),
    "case close": (
        ("casevault case close C-2M8XR", "The case is over."),
        ("casevault case close C-5D4TN --json", "The same for a script."),
    ),
    **LATER,
}
