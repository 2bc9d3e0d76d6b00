"""Pages to PDF bytes: Courier on the paper's grid, the same bytes for the same pages."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from reportlab import rl_config
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
    with _binary_streams():
        return _document(pages, paper, title)


@contextmanager
def _binary_streams() -> Iterator[None]:
    """Streams as bytes, as printer drivers write them: reportlab's ASCII takes twice the time.

    The setting is reportlab's own and global, so it is put back: other rooms write PDFs too.
    """
    before, rl_config.useA85 = rl_config.useA85, 0
    try:
        yield
    finally:
        rl_config.useA85 = before


def _document(pages: list[Page], paper: Paper, title: str) -> bytes:
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
    for style, alike in _by_style(marks):
        scale = paper.column / natural * (2 if style.wide else 1)
        text.setHorizScale(100 * scale)
        text.setFont(_FONTS[style], paper.size)
        for mark in alike:
            x = paper.left + mark.column * paper.column
            y = paper.height - paper.top - mark.row * paper.row
            if _in_courier(mark.text):
                text.setTextOrigin(x, y)
                text.textOut(mark.text)
                continue
            # A letter that Courier lacks: one character at a time on the same grid, in a font that has it.
            for n, character in enumerate(mark.text):
                text.setTextOrigin(x + n * natural * scale, y)
                text.setFont(_FONTS[style] if _in_courier(character) else _fallback(), paper.size)
                text.textOut(character)
            text.setFont(_FONTS[style], paper.size)
    canvas.drawText(text)


def _by_style(marks: tuple[Mark, ...]) -> Iterator[tuple[Style, list[Mark]]]:
    """One change of font for all marks of a style: most of a page is plain."""
    for style in Style:
        alike = [mark for mark in marks if mark.style is style]
        if alike:
            yield style, alike


def _in_courier(text: str) -> bool:
    """Whether Courier, in the encoding that PDF gives it (Windows-1252), has every letter."""
    if text.isascii():
        return True
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
