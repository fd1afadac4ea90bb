"""Findings about a document, one module a family, each with the fix that one key applies."""
