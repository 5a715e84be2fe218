"""Report tree to documents: PDF by Typst, DOCX by python-docx, XLSX by XlsxWriter.

The words and digits are those of `render.views`; the modules here only lay them out. Nothing in
them depends on the machine: the font is ours, dates are the report's, so that the same report
gives the same bytes.
"""
