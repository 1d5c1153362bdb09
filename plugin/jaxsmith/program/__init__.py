"""Programs: a typed dataflow graph, the generator that grows one, and its source texts."""
