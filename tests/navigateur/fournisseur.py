"""A small OpenID Connect provider of our own: it speaks the protocol over HTTP, and vouches for whom it is told."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey


class Fournisseur(ThreadingHTTPServer):
    """`personne` is who signs in; `client` and `secret` are ours; `signature` signs the tokens (another one: a forger)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Reponses)
        self.emetteur = f"http://127.0.0.1:{self.server_address[1]}"
        self.cle = self.signature = RSAKey.generate_key(2048, {"kid": "une"})
        self.client, self.secret = "convmed", secrets.token_urlsafe()
        self.personne: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Reponses(BaseHTTPRequestHandler):
    server: Fournisseur

    def do_GET(self) -> None:
        adresse = urllib.parse.urlsplit(self.path)
        emetteur = self.server.emetteur
        if adresse.path == "/.well-known/openid-configuration":
            self._json({"issuer": emetteur, "authorization_endpoint": f"{emetteur}/entrer", "token_endpoint": f"{emetteur}/jeton", "jwks_uri": f"{emetteur}/cles",
                        "response_types_supported": ["code"], "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"]})  # fmt: skip
        elif adresse.path == "/cles":
            self._json({"keys": [self.server.cle.as_dict(private=False)]})
        else:
            demande = dict(urllib.parse.parse_qsl(adresse.query))
            assert demande["client_id"] == self.server.client and demande["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe()
            self.server.codes[code] = demande
            self.send_response(302)
            self.send_header("location", demande["redirect_uri"] + "?" + urllib.parse.urlencode({"code": code, "state": demande["state"]}))
            self.end_headers()

    def do_POST(self) -> None:
        formulaire = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        nous = base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()
        assert nous == f"{self.server.client}:{urllib.parse.quote(self.server.secret)}"
        demande = self.server.codes.pop(formulaire["code"])
        empreinte = base64.urlsafe_b64encode(hashlib.sha256(formulaire["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert empreinte == demande["code_challenge"]
        maintenant = int(time.time())
        dit = {"iss": self.server.emetteur, "aud": self.server.client, "iat": maintenant, "exp": maintenant + 60, "nonce": demande["nonce"], **self.server.personne}
        self._json({"access_token": "x", "token_type": "Bearer", "id_token": jwt.encode({"alg": "RS256", "kid": "une"}, dit, self.server.signature)})

    def _json(self, objet: object) -> None:
        corps = json.dumps(objet).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
