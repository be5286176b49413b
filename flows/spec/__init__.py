"""The language, pure: source text in, a flow or diagnostics out."""
