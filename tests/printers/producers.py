"""Producers of PDFs, from PyPI and Debian, each with its variants: rows of text in, bytes out.

A producer that is not installed here is said to be absent, never silently left out.
"""

import html
import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module, util
from pathlib import Path
from typing import Any

import pypdfium2

from tests.nbss.drawing import Driver, draw
from tests.printers.report import Rows

Pages = Sequence[Rows]
_A4 = (595.28, 841.89)


@dataclass(frozen=True)
class Variant:
    """One way of printing. `needs` is a module of Python or a command; `keeps` says that every character stays text
    that can be read out (a picture of a page keeps none).
    """

    producer: str
    name: str
    write: Callable[[Pages], bytes]
    needs: tuple[str, ...] = ()
    keeps: bool = True

    def __str__(self) -> str:
        return f"{self.producer}: {self.name}"

    @property
    def absent(self) -> str:
        """What of it is not installed here; empty where all is."""
        return next((need for need in self.needs if not (util.find_spec(need) or shutil.which(need))), "")


# -- what drivers and browsers put around a page


def _footed(pages: Pages, foot: str) -> Pages:
    return [
        [*page, *[""] * (66 - len(page)), foot.format(page=number, pages=len(pages))]
        for number, page in enumerate(pages, start=1)
    ]


def _headed(pages: Pages, head: str) -> Pages:
    return [
        [head.format(page=number, pages=len(pages)), "", *page] for number, page in enumerate(pages, start=1)
    ]


# -- reportlab


def _reportlab(pages: Pages, driver: Driver, compress: bool = True) -> bytes:
    return draw(pages, driver, compress=compress)


_PLAIN = Driver()
_DRIVERS = {
    "Courier by the line": _PLAIN,
    "Courier by the word": replace(_PLAIN, unit="word"),
    "Courier by the character": replace(_PLAIN, unit="character"),
    "Courier bold": replace(_PLAIN, font="Courier-Bold"),
    "small, on US letter": replace(_PLAIN, size=8, column=4.8, row=9.4, left=40, top=40, paper=(612, 792)),
    "large, on A3": replace(_PLAIN, size=15, column=9, row=16, left=10, top=90, paper=(842, 1191)),
    "Helvetica on the grid": replace(_PLAIN, font="Helvetica", size=8, unit="character"),
    "Times, proportional": replace(_PLAIN, font="Times-Roman", unit="word", size=9),
    "headline in large type": replace(_PLAIN, wide="large"),
    "headline spaced out": replace(_PLAIN, wide="spaced"),
}


# -- fpdf2


def _fpdf(
    pages: Pages,
    font: str = "Courier",
    size: float = 10,
    style: str = "",
    compress: bool = True,
    ttf: str = "",
) -> bytes:
    pdf = import_module("fpdf").FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_compression(compress)
    if ttf:
        pdf.add_font(font, "", ttf)
    pdf.set_font(font, style, size)
    for page in pages:
        pdf.add_page()
        for number, row in enumerate(page):
            pdf.text(28, 63 + 11.5 * number, row)
    return bytes(pdf.output())


# -- pages of HTML: weasyprint, chromium


def _html(pages: Pages, style: str = "", margin_boxes: str = "") -> str:
    body = "".join(f"<pre>{html.escape(chr(10).join(page))}</pre>" for page in pages)
    return (
        f"<!doctype html><html lang=en><title>GP REPORTS</title><style>@page{{size:A4;margin:12mm 10mm;{margin_boxes}}}"
        f"pre{{font:9.5pt/11pt 'DejaVu Sans Mono',monospace;margin:0;break-after:page}}{style}</style>{body}</html>"
    )


def _weasyprint(pages: Pages, style: str = "", margin_boxes: str = "", **options: Any) -> bytes:
    written = import_module("weasyprint").HTML(string=_html(pages, style, margin_boxes)).write_pdf(**options)
    return bytes(written)


def _chromium(pages: Pages, flags: Sequence[str] = (), style: str = "") -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        page.write_text(_html(pages, style), "utf-8")
        out = Path(folder, "out.pdf")
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder}/profile",
        ]
        _run(*command, *flags, f"--print-to-pdf={out}", page.as_uri())
        return out.read_bytes()


# -- cairo, drawing by itself


def _cairo(pages: Pages, font: str = "Courier", size: float = 10, by_character: bool = False) -> bytes:
    cairo = import_module("cairocffi")
    out = io.BytesIO()
    surface = cairo.PDFSurface(out, *_A4)
    context = cairo.Context(surface)
    context.select_font_face(font)
    context.set_font_size(size)
    for page in pages:
        for number, row in enumerate(page):
            for at, piece in enumerate(row) if by_character else [(0, row)]:
                context.move_to(28 + 6 * at, 63 + 11.5 * number)
                context.show_text(piece)
        context.show_page()
    surface.finish()
    return out.getvalue()


# -- Debian's typesetters


def _run(*command: str, given: bytes = b"") -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-400:]!r}")
    return done.stdout


def _groff(pages: Pages, size: int = 9, font: str = "CR") -> bytes:
    def escaped(row: str) -> str:
        return "\\&" + row.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")

    head = f".pl 842p\n.po 28p\n.ps {size}\n.vs 11p\n.ft {font}\n.nf\n.ll 560p\n"
    text = head + "\n.bp\n".join("\n".join(map(escaped, page)) for page in pages) + "\n"
    return _run("groff", "-Tpdf", "-Kutf8", "-P-pa4", given=text.encode())


def _enscript(pages: Pages, flags: Sequence[str]) -> bytes:
    text = "\f".join("\n".join(page) for page in pages).encode("latin-1", "replace")
    postscript = _run("enscript", "-q", "-MA4", "-X88591", "-p-", *flags, given=text)
    return _run("gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-o-", "-", given=postscript)


# -- what is done to a PDF on its way: distillers, mail gateways, archives


def _through(pages: Pages, *command: str, first: Callable[[Pages], bytes] | None = None) -> bytes:
    """A report drawn, then passed through a command that names its files `IN` and `OUT`."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "in.pdf"), Path(folder, "out.pdf")
        before.write_bytes((first or partial(_reportlab, driver=_PLAIN))(pages))
        _run(*({"IN": str(before), "OUT": str(after)}.get(word, word) for word in command))
        return after.read_bytes()


def _ghostscript(pages: Pages, flags: Sequence[str] = (), device: str = "pdfwrite") -> bytes:
    return _through(
        pages, "gs", "-q", "-dBATCH", "-dNOPAUSE", f"-sDEVICE={device}", *flags, "-o", "OUT", "IN"
    )


def _pikepdf(pages: Pages, first: Callable[[Pages], bytes] | None = None, **options: Any) -> bytes:
    pikepdf = import_module("pikepdf")
    out = io.BytesIO()
    if "encryption" in options:
        options["encryption"] = pikepdf.Encryption(**options["encryption"])
    if "object_stream_mode" in options:
        options["object_stream_mode"] = pikepdf.ObjectStreamMode[options["object_stream_mode"]]
    with pikepdf.open(io.BytesIO((first or partial(_reportlab, driver=_PLAIN))(pages))) as pdf:
        pdf.save(out, **options)
    return out.getvalue()


def _pdfium(pages: Pages) -> bytes:
    pdf = pypdfium2.PdfDocument(_reportlab(pages, _PLAIN))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _scanned(pages: Pages, dpi: int) -> bytes:
    """Every page as a picture, as a scanner or a fax gateway leaves it."""
    pdf = pypdfium2.PdfDocument(_reportlab(pages, _PLAIN))
    first, *others = (page.render(scale=dpi / 72, grayscale=True).to_pil() for page in pdf)
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=dpi)
    return out.getvalue()


_DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
_FOOT = "C:\\NBSS\\REPORTS\\SIL.RPT    Page {page} of {pages}"
_HEAD = "FEATHERING BSO   02/11/2026 18:30   FROM: NBSS PRINT SERVER   P.{page:02d}/{pages:02d}"
_BARE = ("--no-pdf-header-footer",)
_BROWSER = (
    "@bottom-left{content:'file:///C:/NBSS/report.html';font:7pt sans-serif}@top-right{content:counter(page)}"
)

VARIANTS: tuple[Variant, ...] = (
    *(
        Variant("reportlab", name, partial(_reportlab, driver=driver), ("reportlab",))
        for name, driver in _DRIVERS.items()
    ),
    Variant("reportlab", "without compression", partial(_reportlab, driver=_PLAIN, compress=False)),
    Variant("reportlab", "a driver's foot on each page", lambda pages: _reportlab(_footed(pages, _FOOT), _PLAIN)),
    Variant("reportlab", "a gateway's line on each page", lambda pages: _reportlab(_headed(pages, _HEAD), _PLAIN)),
    Variant("reportlab", "a picture of each page, 100 dpi", partial(_scanned, dpi=100), keeps=False),
    Variant("reportlab", "a picture of each page, 200 dpi", partial(_scanned, dpi=200), keeps=False),
    Variant("fpdf2", "Courier", _fpdf, ("fpdf",)),
    Variant("fpdf2", "Courier, without compression", partial(_fpdf, compress=False), ("fpdf",)),
    Variant("fpdf2", "Courier 8 bold", partial(_fpdf, size=8, style="B"), ("fpdf",)),
    Variant("fpdf2", "Helvetica", partial(_fpdf, font="Helvetica", size=9), ("fpdf",)),
    Variant("fpdf2", "Times", partial(_fpdf, font="Times", size=9), ("fpdf",)),
    Variant("fpdf2", "an embedded font, subset", partial(_fpdf, font="DejaVu", size=9, ttf=_DEJAVU), ("fpdf",)),
    Variant("weasyprint", "monospace", _weasyprint, ("weasyprint",)),
    Variant("weasyprint", "without compression", partial(_weasyprint, uncompressed_pdf=True), ("weasyprint",)),
    Variant("weasyprint", "tagged (PDF/UA)", partial(_weasyprint, pdf_variant="pdf/ua-1"), ("weasyprint",)),
    Variant("weasyprint", "archival (PDF/A)", partial(_weasyprint, pdf_variant="pdf/a-3b"), ("weasyprint",)),
    Variant("weasyprint", "a browser's margins", partial(_weasyprint, margin_boxes=_BROWSER), ("weasyprint",)),
    Variant(
        "weasyprint", "sans-serif", partial(_weasyprint, style="pre{font-family:'DejaVu Sans';font-size:8pt}"),
        ("weasyprint",),
    ),
    Variant("chromium", "without headers", partial(_chromium, flags=_BARE), ("chromium",)),
    Variant("chromium", "with a browser's headers", _chromium, ("chromium",)),
    Variant(
        "chromium", "sans-serif",
        partial(_chromium, flags=_BARE, style="pre{font-family:'Liberation Sans';font-size:8.5pt}"), ("chromium",),
    ),
    Variant("cairo", "by the line", _cairo, ("cairocffi",)),
    Variant("cairo", "by the character", partial(_cairo, by_character=True), ("cairocffi",)),
    Variant("cairo", "DejaVu Sans Mono", partial(_cairo, font="DejaVu Sans Mono", size=9), ("cairocffi",)),
    Variant("cairo", "Liberation Serif", partial(_cairo, font="Liberation Serif", size=9), ("cairocffi",)),
    Variant("groff", "Courier 9", _groff, ("groff", "gropdf")),
    Variant("groff", "Courier 8, bold", partial(_groff, size=8, font="CB"), ("groff", "gropdf")),
    Variant("groff", "Helvetica", partial(_groff, font="HR"), ("groff", "gropdf")),
    Variant("enscript", "without a header", partial(_enscript, flags=("-B", "-fCourier8",)), ("enscript", "gs")),
    Variant("enscript", "with its header", partial(_enscript, flags=("-fCourier8",)), ("enscript", "gs")),
    Variant("enscript", "Courier 9 bold", partial(_enscript, flags=("-B", "-fCourier-Bold9",)), ("enscript", "gs")),
    Variant("ghostscript", "distilled", _ghostscript, ("gs",)),
    Variant("ghostscript", "for the screen", partial(_ghostscript, flags=("-dPDFSETTINGS=/screen",)), ("gs",)),
    Variant("ghostscript", "version 1.3", partial(_ghostscript, flags=("-dCompatibilityLevel=1.3",)), ("gs",)),
    Variant(
        "ghostscript", "outlines for letters", partial(_ghostscript, flags=("-dNoOutputFonts",)), ("gs",), keeps=False
    ),
    Variant("ghostscript", "a fax", partial(_ghostscript, flags=("-r100",), device="pdfimage8"), ("gs",), keeps=False),
    Variant(
        "poppler", "pdftocairo", lambda pages: _through(pages, "pdftocairo", "-pdf", "IN", "OUT"), ("pdftocairo",)
    ),
    Variant("qpdf", "object streams", partial(_pikepdf, object_stream_mode="generate"), ("pikepdf",)),
    Variant("qpdf", "linearised", partial(_pikepdf, linearize=True), ("pikepdf",)),
    Variant("qpdf", "normalised content", partial(_pikepdf, normalize_content=True), ("pikepdf",)),
    Variant(
        "qpdf", "encrypted, open to all",
        partial(_pikepdf, encryption={"owner": "secret", "user": "", "R": 6}), ("pikepdf",),
    ),
    Variant(
        "qpdf", "locked", partial(_pikepdf, encryption={"owner": "secret", "user": "locked"}), ("pikepdf",), keeps=False
    ),
    Variant("pdfium", "saved again", _pdfium),
)  # fmt: skip
