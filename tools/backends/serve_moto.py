"""Serves moto at 127.0.0.1, as its program `moto_server` does: python serve_moto.py PORT.

Requests to DynamoDB are handled one at a time. moto reads an item, checks the condition and writes in separate steps
without a lock, so that of two conditional writes at once both could succeed.
"""

import sys
from threading import Lock

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.server import MotoRequestHandler
from werkzeug.serving import run_simple

application = DomainDispatcherApplication(create_backend_app)
one_at_a_time = Lock()


def serve(environ, start_response):
    if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
        return application(environ, start_response)
    with one_at_a_time:
        return application(environ, start_response)


run_simple("127.0.0.1", int(sys.argv[1]), serve, threaded=True, request_handler=MotoRequestHandler)
