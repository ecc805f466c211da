"""Making a classifier from labelled samples: one verb per file."""
