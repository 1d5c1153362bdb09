"""The categories of the small corpus."""
