"""How gunicorn runs a web process."""
# ruff: noqa: N999 - the name is the one that gunicorn's users look for

import os

bind = os.environ.get("WIYATA_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WIYATA_WEB_WORKERS", "1"))
worker_class = "gthread"
threads = int(os.environ.get("WIYATA_WEB_THREADS", "8"))
timeout = 60
# On SIGTERM a request in hand may end; compose and Kubernetes wait longer than this before they kill.
graceful_timeout = 30
# The application writes one line per request itself, with tenant and correlation id.
accesslog = None
# Otherwise every gunicorn of the user shares one control socket in the home folder.
control_socket_disable = True
