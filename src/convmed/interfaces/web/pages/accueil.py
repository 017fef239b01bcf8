"""The home page, and what a site owes to those who visit it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from convmed.interfaces.web.rendu import rendre
from convmed.interfaces.web.visiteur import utilisateur_de

routeur = APIRouter()

PARCOURS = (
    ("/cabinet", "Mon cabinet", "Le relevé de l’année ligne par ligne, le calendrier des versements, 2025 contre 2026, et ce qui changerait en zone sous-dense, à 67 ans, avec l’OPTAM ou un assistant."),
    ("/patients", "Mes patients", "Quel acte de prévention manque à qui, pourquoi, et ce que le faire rapporte."),
    ("/coter", "Coter", "La situation en clair ; les codes permis, leurs prix, et le texte qui refuse les autres."),
    ("/contrats", "Mes contrats", "Objectifs, distance à l’objectif, acomptes et soldes, prochaines échéances."),
    ("/procedures", "Procédures", "Qui doit agir, et avant quand, dans une procédure conventionnelle."),
    ("/negocier", "Négocier", "Déplacez un chiffre : le coût, les gagnants et les perdants se redessinent."),
    ("/texte", "Le texte", "Chaque dispositif en clair, ses tables de décision, ses chiffres dans le temps, ses exemples."),
)  # fmt: skip


@routeur.get("/")
def accueil(request: Request) -> HTMLResponse:
    """Show where to begin."""
    request.state.utilisateur = utilisateur_de(request)
    return rendre(request, "accueil.html", {"parcours": PARCOURS})


@routeur.get("/accessibilite")
def accessibilite(request: Request) -> HTMLResponse:
    """Say how far the site may be used by everybody."""
    request.state.utilisateur = utilisateur_de(request)
    return rendre(request, "accessibilite.html")


@routeur.get("/donnees")
def donnees(request: Request) -> HTMLResponse:
    """Say what is kept of the visitors' data."""
    request.state.utilisateur = utilisateur_de(request)
    return rendre(request, "donnees.html")


@routeur.get("/api")
def api(request: Request) -> HTMLResponse:
    """Say how a program asks."""
    request.state.utilisateur = utilisateur_de(request)
    return rendre(request, "api.html")
