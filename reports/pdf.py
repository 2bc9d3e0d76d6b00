"""The report as a PDF that screen readers can read (PDF/UA-1), for who must file or print it."""

from importlib import import_module
from typing import Any

from pilot.errors import ConfigurationError


def pdf(page: str) -> bytes:
    """The page as PDF. Raises ConfigurationError where WeasyPrint, or a library it needs, is not installed."""
    try:
        weasyprint = import_module("weasyprint")  # an extra: most runs do without it
    except ImportError:
        raise ConfigurationError(
            "A PDF needs WeasyPrint, which is not installed",
            "",
            "Install this toolkit with its extra [pdf], or print report.html to PDF from a browser",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            "A PDF needs the Pango library, which is not installed",
            str(error),
            "Install it (on Debian: libpango-1.0-0 and libpangoft2-1.0-0), or print report.html from a browser",
        ) from None
    document: Any = weasyprint.HTML(string=page, url_fetcher=_refuse)
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _refuse(url: str) -> dict[str, Any]:
    """The page needs nothing from outside; if it ever did, that would be a fault of ours."""
    raise ValueError(f"the report asked for {url}")
