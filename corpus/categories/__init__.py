"""Categories: one file and one marker each."""
