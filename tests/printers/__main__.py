"""`python -m tests.printers [MUTANTS]`: every producer's variants, then mutants of some; a table, and exit code 1 where
a record vanished, or came out wrong although an extract was beside the print.
"""

import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from pilot.nbss import Reader
from tests.printers.farm import Tally, judged, kinds_of, mutant
from tests.printers.producers import VARIANTS
from tests.printers.report import Report, report

RESULTS = 39  # with the cover, twenty pages of two
MUTANTS = 3_000
SEED = 20261124
# Whose files are mutated: compressed and not, with object streams, from five producers.
MUTATED = (
    "reportlab: Courier by the line",
    "reportlab: without compression",
    "fpdf2: Courier",
    "fpdf2: Courier, without compression",
    "cairo: by the line",
    "groff: Courier 9",
    "weasyprint: monospace",
    "ghostscript: distilled",
    "qpdf: object streams",
)


def main(mutants: int) -> int:
    with tempfile.TemporaryDirectory() as folder, Reader() as reader:
        what = report(Path(folder, "batch"), RESULTS)
        path = Path(folder, "print.pdf")
        prints, bad = _variants(what, reader, path)
        bad |= _mutants(what, reader, path, prints, mutants)
    return int(bad)


def _variants(what: Report, reader: Reader, path: Path) -> tuple[dict[str, bytes], bool]:
    prints: dict[str, bytes] = {}
    alone, beside, keeping = Tally(), Tally(), Tally()
    print(f"{len(what.records)} records a print; each judged alone, and with the extracts beside it")
    for variant in VARIANTS:
        if variant.absent:
            print(f"absent   {variant}: {variant.absent} is not installed here")
            continue
        prints[str(variant)] = variant.write(what.pages)
        path.write_bytes(prints[str(variant)])
        found = judged(what, reader, path, str(variant))
        alone.add(found.alone)
        beside.add(found.with_extract)
        if variant.keeps:
            keeping.add(found.alone)
        print(f"{found.alone}  {variant}{'' if variant.keeps else ' (keeps no text)'}")
    producers = {variant.producer for variant in VARIANTS if str(variant) in prints}
    print(f"\n{len(prints)} variants of {len(producers)} producers: {', '.join(sorted(producers))}")
    print(f"print alone:         {alone}")
    print(f"print and extracts:  {beside}")
    share = keeping.read / keeping.records
    print(f"read, of the records of variants that keep every character: {share:.1%}")
    for line in (*alone.vanished, *alone.wrong, *alone.misspelt):
        print(f"  {line}")
    return prints, bool(alone.vanished or beside.vanished or alone.wrong or beside.wrong or alone.misspelt)


def _mutants(what: Report, reader: Reader, path: Path, prints: dict[str, bytes], mutants: int) -> bool:
    names = [name for name in MUTATED if name in prints]
    rng = random.Random(SEED)
    alone: dict[str, Tally] = defaultdict(Tally)
    beside: dict[str, Tally] = defaultdict(Tally)
    for number in range(mutants):
        name = names[number % len(names)]
        kind, data = mutant(prints[name], rng)
        path.write_bytes(data)
        found = judged(what, reader, path, f"{kind}, {name}")
        alone[name].add(found.alone)
        beside[name].add(found.with_extract)
    print(f"\n{mutants} mutants of {len(names)} prints")
    both = Tally(), Tally()
    for name in names:
        print(f"{alone[name]}  print alone, {name}")
        print(f"{beside[name]}  with extracts, {name}")
        both[0].add(alone[name])
        both[1].add(beside[name])
    print(f"print alone:         {both[0]}")
    print(f"print and extracts:  {both[1]}")
    for title, tally in (("print alone", both[0]), ("print and extracts", both[1])):
        for said, lines in (
            ("vanished", tally.vanished),
            ("wrong", tally.wrong),
            ("misspelt", tally.misspelt),
        ):
            if lines:
                print(f"{title}, {said}: {dict(kinds_of(lines))}")
                print("\n".join(f"  {line}" for line in lines))
    return bool(both[0].vanished or both[1].vanished or both[1].wrong)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS))
