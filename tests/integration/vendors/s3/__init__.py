"""Tasks of S3 against an emulator on the wire."""
