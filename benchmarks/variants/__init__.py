"""The work that is measured, one module per library, so that a child imports only its own."""
