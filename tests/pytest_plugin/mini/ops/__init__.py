"""The operations of the small corpus."""
