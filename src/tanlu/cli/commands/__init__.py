"""The commands, one thin function each: a request, one call into app, an answer."""
