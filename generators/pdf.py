"""Pages to PDF bytes: Courier on the paper's grid, the same bytes for the same pages."""

import io

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from generators.page import Mark, Page, Paper, Style

_FONTS = {
    Style.PLAIN: "Courier",
    Style.WIDE: "Courier",
    Style.BOLD: "Courier-Bold",
    Style.WIDE_BOLD: "Courier-Bold",
}
_FALLBACK = "Vera"  # ships with reportlab; has the letters of Central Europe that Courier's encoding lacks
_COURIER_ADVANCE = 0.6  # of its size, every character


def write_pdf(pages: list[Page], paper: Paper, title: str) -> bytes:
    """One document. `image_only` pages are drawn first, then photographed."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(paper.width, paper.height), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Crystal Reports ActiveX Designer")
    for page in pages:
        if page.image_only:
            picture = _photographed(Page(page.marks), paper)
            canvas.drawImage(ImageReader(picture), 0, 0, paper.width, paper.height)
        else:
            _draw(canvas, page.marks, paper)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, marks: tuple[Mark, ...], paper: Paper) -> None:
    text = canvas.beginText()
    natural = paper.size * _COURIER_ADVANCE
    for mark in marks:
        x = paper.left + mark.column * paper.column
        y = paper.height - paper.top - mark.row * paper.row
        scale = paper.column / natural * (2 if mark.style.wide else 1)
        text.setHorizScale(100 * scale)
        if _drawable(mark.text):
            text.setTextOrigin(x, y)
            text.setFont(_FONTS[mark.style], paper.size)
            text.textOut(mark.text)
            continue
        # A letter that Courier lacks: one character at a time on the same grid, in a font that has it.
        for n, character in enumerate(mark.text):
            text.setTextOrigin(x + n * natural * scale, y)
            text.setFont(_FONTS[mark.style] if _drawable(character) else _fallback(), paper.size)
            text.textOut(character)
    canvas.drawText(text)


def _drawable(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _fallback() -> str:
    if _FALLBACK not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FALLBACK, "Vera.ttf"))
    return _FALLBACK


def _photographed(page: Page, paper: Paper) -> io.BytesIO:
    """The page as a scanner would see it: black and white, 100 dots an inch."""
    import pypdfium2  # noqa: PLC0415 - only for image-only pages

    document = pypdfium2.PdfDocument(write_pdf([page], paper, "page"))
    try:
        image = document[0].render(scale=100 / 72, grayscale=True).to_pil()
    finally:
        document.close()
    picture = io.BytesIO()
    image.point(lambda level: 255 if level > 160 else 0).convert("1").save(picture, "PNG")
    picture.seek(0)
    return picture
