"""PDF: characters with boxes (pdfium), put back into reading order, paragraphs and rows."""
