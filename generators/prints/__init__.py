"""What comes out of the office: reports, letters, extracts and tables, and the page they are printed on."""
