"""For a mistyped word: the one that was meant, also when it was meant in French."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from newsletter_mailer.wording import Sentence, sentence

LONGEST_WORD = 40  # characters; comparing costs the square


def meant(word: str, choices: Iterable[str]) -> Sentence:
    """The hint for a mistyped word: the one that was meant, or all there are."""
    names = list(choices)
    plain = _plain(word[:LONGEST_WORD])
    wanted = [name for name in names if plain in _FRENCH.get(name, "").split()]
    close = wanted or difflib.get_close_matches(plain, names, n=1, cutoff=0.6)
    if close:
        return sentence("did you mean “{close}”?", close=close[0])
    return sentence("there are: {choices}", choices=", ".join(names))


def _plain(word: str) -> str:
    """In small letters and without accents."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


# What authors write whose language is French.
_FRENCH = {
    "address": "adresse",
    "agenda": "calendrier dates evenements",
    "article": "actualite",
    "attachments": "pieces-jointes pieces_jointes fichiers documents",
    "button": "bouton",
    "caption": "legende",
    "credit": "auteur copyright",
    "deadline": "echeance date_limite date-limite limite cloture",
    "divider": "separateur filet trait",
    "email": "courriel mail",
    "end_date": "date_fin fin",
    "end_time": "heure_fin fin",
    "entries": "entrees evenements",
    "figures": "chiffres chiffres-cles chiffres_cles",
    "file": "fichier document chemin",
    "footer": "pied pied-de-page pied_de_page",
    "groups": "groupes",
    "heading": "intertitre titre",
    "host": "hote serveur hebergeur",
    "identity": "identite",
    "image": "photo illustration",
    "label": "libelle etiquette",
    "language": "langue",
    "link": "lien url href",
    "links": "liens",
    "logo": "image marque",
    "masthead": "entete en-tete bandeau",
    "name": "nom",
    "network": "reseau",
    "number": "numero",
    "opportunity": "offre emploi annonce appel appel-a-projets offre-d-emploi",
    "organisation": "structure employeur organisme",
    "partners": "partenaires logos soutiens financeurs",
    "phone": "telephone",
    "picture": "image photo illustration",
    "place": "lieu ville",
    "profiles": "portraits profils adherents",
    "quote": "citation temoignage verbatim",
    "read_more": "lire_plus lire_la_suite suite",
    "role": "fonction poste qualite",
    "sender": "expediteur",
    "social": "reseaux reseaux-sociaux reseaux_sociaux",
    "src": "fichier image source",
    "subject": "objet sujet",
    "subtitle": "sous-titre sous_titre",
    "tagline": "slogan devise",
    "terms": "conditions contrat modalites",
    "text": "texte description edito contenu",
    "time": "heure debut",
    "title": "titre",
    "value": "valeur chiffre",
    "website": "site site_web",
    "when": "si quand",
}
