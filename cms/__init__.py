"""The newsroom: its domain, its web application and its worker.

`cli` is the way in; `app` composes everything and reads top to bottom. Below them, each layer imports only
those under it (import-linter holds it to that):

    cli → app → {worker, web, api} → {reactions} → reading → assets → content
        → {files, taxonomy} → accounts → jobs → freshness → events → database → errors → settings
"""
