"""What is written: body (documents and their renderings), slugs, plaintext (checked lines)."""
