"""Read files of data catalogs: which datasets there are, and what the catalog calls their data."""
