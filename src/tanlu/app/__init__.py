"""Use cases, one function each: the only place where I/O meets domain."""
