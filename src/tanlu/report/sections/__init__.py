"""One module per part of the report; each returns sections, or none where data are missing."""
