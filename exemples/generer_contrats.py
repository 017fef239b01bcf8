"""The texts of the example of contracts. Called by `generer.py`. Nobody in it exists."""

CONTRAT_ASSISTANT = """\
# Médecin généraliste de secteur 2 avec OPTAM, qui emploie un assistant médical depuis 2022. Personne n'existe dans ce dossier.
# convmed contrat suivre exemples/contrat-assistant --au 2026-11-22
[medecin]
medecin = "DR-ASSISTANT"
specialite = "01"
secteur = "2"
option_tarifaire = "optam"
date_naissance = 1979-04-18
date_installation = 2011-09-01
zone = "zip"
qpv = false
departement = "72"

# Un contrat de 2022, à 1/2 ETP, passé à 1 ETP en 2024 ; la quatrième année manque ses deux objectifs.
[[assistants_medicaux]]
date_signature = 2022-09-15
option_etp = "1/2"
classe = "p30-p90"
pmt = {initial = 900, objectif = 980}
fa = {initial = 1480, objectif = 1580}
date_embauche = 2022-10-03
date_formation = 2024-06-28
echanges = [2023-03-20, 2023-09-18, 2024-03-18, 2024-09-17, 2025-03-17, 2025-09-16, 2026-03-16, 2026-09-15]
observations = [
    {annee_contrat = 1, pmt = 918, fa = 1495},
    {annee_contrat = 2, pmt = 951, fa = 1540},
    {annee_contrat = 3, pmt = 1042, fa = 1632},
    {annee_contrat = 4, pmt = 1010, fa = 1610},
]

[[assistants_medicaux.avenants]]
date = 2024-07-01
objet = "changement-option"
option_etp = "1"
pmt = {objectif = 1040}
fa = {objectif = 1660}

# L'année en cours à la fin d'octobre, contre les taux du contrat.
[[optam]]
engagement = {taux_depassement = 0.24, taux_opposable = 0.62}
cumul = {honoraires_remboursables = 118400, depassements = 29950, honoraires_opposables = 71900}
"""

CONTRAT_ASSISTANT_LISEZMOI = """\
# Un contrat d'assistant médical et l'OPTAM

    convmed contrat suivre exemples/contrat-assistant --au 2026-11-22
    convmed contrat echeancier exemples/contrat-assistant --au 2026-11-22
    convmed contrat simuler exemples/contrat-assistant --au 2026-11-22
    convmed contrat eligibilite exemples/contrat-assistant --au 2026-11-22
    convmed contrat suivre exemples/contrat-assistant --au 2026-11-22 --format png --sortie objectifs.png

Le contrat date d'avant le 22 juin 2024 : il ne se reconduit pas seul, et prend les montants de 2024 à son anniversaire de 2024. La
troisième année atteint ses objectifs, la quatrième les manque sans baisse : elle est payée au prorata. Les observations et les
montants d'honoraires sont inventés.
"""
