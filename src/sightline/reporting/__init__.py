"""Write records and reports that people keep: matrices, drawings and briefs of effective access."""
