"""Mails as they come back in France, in French and English: what each of them is, and what it says of the reader."""

from __future__ import annotations

import pytest

from inbox_kit import dsn, mail
from newsletter_mailer.inbox.classify import read_mail
from newsletter_mailer.model.bounce import Kind

OURS = "<42.0123456789abcdef0123456789abcdef@news.example.org>"

REPORTS = [
    ("552 5.1.1 Boîte du destinataire pleine. Recipient overquota. OFR_417 [417]", "soft full"),
    ("421 mwinf ME Trop de connexions, veuillez vérifier votre configuration. OFR_104", "policy filtered"),
    ("421 trop de connexions depuis ce serveur", "policy filtered"),
    ("550 5.5.0 Adresse d'au moins un destinataire invalide. LPN007_416", "hard gone"),
    ("450 Requested mail action not taken: mailbox unavailable. Mail send limit exceeded", "policy filtered"),
    ("421 4.7.28 an unusual rate of mail from your domain has been rate limited", "policy filtered"),
    ("421 4.7.28 exceeded its quota for sending messages with the same Message-ID", "policy filtered"),
    ("421 4.7.0 [TSS04] temporarily deferred due to unexpected volume or user complaints", "policy filtered"),
    ("452 4.2.2 The recipient's inbox is out of storage space and inactive.", "soft full"),
    ("450 4.2.1 The user you are trying to contact is receiving mail too quickly", "soft away"),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup", "hard gone"),
    ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", "policy filtered"),
    ("550 Boîte saturée : le titulaire doit d'abord faire de la place", "soft full"),
    ("550 L'espace disque alloué à ce compte est insuffisant", "soft full"),
    ("550 Votre envoi a été arrêté par notre filtre anti-pourriel", "policy filtered"),
    ("554 Message refusé : pièce jointe interdite", "policy filtered"),
    ("550 Votre serveur figure sur une liste noire", "policy filtered"),
    ("550 Vous avez atteint le nombre de messages par heure de votre offre", "policy filtered"),
    ("550 5.1.1 Compte bloqué par son titulaire", "policy filtered"),
    ("550 Adresse supprimée, compte fermé à la demande du titulaire", "hard gone"),
    ("450 Adresse supprimée", "soft away"),
    ("550 Domaine destinataire introuvable", "hard gone"),
    ("550 5.0.0 The queue gave up: we will no longer attempt this delivery", "soft away"),
    ("550 L'adresse de l'expéditeur n'existe pas", "policy filtered"),
    ("451 4.7.500 Access denied, please try again later", "policy filtered"),
    ("451 4.3.2 The service is busy, please try again later", "soft away"),
    ("550 Return address not found", "policy filtered"),
    ("550 authentication failed: unknown user or wrong password", "policy filtered"),
    ("550 5.1.1 sender not found in our allow list", "policy filtered"),
    ("550 example.net does not accept mail from this network", "policy filtered"),
    ("550 5.3.2 The mail server has moved to maintenance", "soft away"),
    ("550 Le serveur a quitté la session", "soft away"),
    ("550 Cette personne a quitté l'association", "hard gone"),
    ("550 5.0.0 Your address is not listed in the addresses that may write here", "soft away"),
]

NOTES = [
    (
        "Non remis : La lettre de novembre",
        "postmaster@mairie.example.org",
        "Échec de la remise pour ces destinataires ou groupes :\n\nann@example.org\n"
        "L'adresse entrée est introuvable. Vérifiez-la.\n\nInformations pour les administrateurs :\n"
        "ann@example.org\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'",
        "bounce hard",
    ),
    (
        "Non remis : La lettre",
        "postmaster@mairie.example.org",
        "ann@example.org\nUne règle de l'administrateur de example.org a bloqué votre message.\n"
        "Remote Server returned '550 5.7.1 TRANSPORT.RULES.RejectMessage'",
        "bounce policy",
    ),
    (
        "Remise retardée : La lettre",
        "postmaster@mairie.example.org",
        "La remise est retardée :\nann@example.org\nAucune action n'est requise de votre part.",
        "delayed soft",
    ),
    (
        "Avis de non-distribution",
        "messagerie@example.org",
        "Le message pour <ann@example.org> n'a pas pu être distribué.\n550 5.1.1 destinataire inconnu",
        "bounce hard",
    ),
    (
        "Notification d'échec de remise",
        "postmaster@example.org",
        "Votre message à ann@example.org n'a pas été remis.\nSa boîte aux lettres est pleine.",
        "bounce soft",
    ),
    (
        "Délai de distribution",
        "MAILER-DAEMON@example.org",
        "<ann@example.org>: serveur muet ; nous continuerons pendant trois jours avant d'abandonner",
        "delayed soft",
    ),
    (
        "Retour de courrier : La lettre",
        "MAILER-DAEMON@example.org",
        "<ann@example.org>: host mx.example.net said: courrier identifié comme indésirable",
        "bounce policy",
    ),
    (
        "Mail delivery failed: returning message to sender",
        "Mail Delivery System <Mailer-Daemon@example.org>",
        "This message was created automatically.\n  ann@example.org\n    after RCPT TO:<ann@example.org>:\n"
        "    450 Requested mail action not taken: mailbox unavailable\n    Mail send limit exceeded.",
        "bounce policy",
    ),
    (
        "failure notice",
        "MAILER-DAEMON@example.org",
        "Le contenu de votre message suit.\n<ann@example.org>:\n554 dd This user doesn't have a example.org account",
        "bounce hard",
    ),
]

ANSWERS = [
    ("Je suis en congé", (), Kind.AUTO_REPLY),
    ("Réponse auto : La lettre", (), Kind.AUTO_REPLY),
    ("Répondeur automatique", (), Kind.AUTO_REPLY),
    ("Hors du bureau jusqu'au 3", (), Kind.AUTO_REPLY),
    ("Accusé de lecture : La lettre", (), Kind.AUTO_REPLY),
    ("Ann : merci de confirmer votre envoi", (), Kind.AUTO_REPLY),
    ("[Mailinblack] Demande d'authentification", (), Kind.AUTO_REPLY),
    ("Votre message n'a pas été remis", ("Auto-Submitted: auto-generated",), Kind.AUTO_REPLY),
    ("Fermé cette semaine", ("Return-Path: <>", "Precedence: bulk"), Kind.AUTO_REPLY),
    ("Fermé cette semaine", ("Return-Path: <>",), Kind.UNKNOWN),
    (
        "Votre message n'a pas pu être remis : confirmez que vous êtes humain",
        ("Auto-Submitted: auto-generated", "Return-Path: <>"),
        Kind.AUTO_REPLY,
    ),
    ("Re: Absence du maire samedi", (), Kind.REPLY),
    ("RE : La lettre, et les absents", (), Kind.REPLY),
]


@pytest.mark.parametrize(("said", "expected"), REPORTS)
def test_what_servers_say_in_a_report(said: str, expected: str) -> None:
    found = read_mail(dsn("ann@example.org", OURS, said))

    (one,) = found.recipients

    assert found.kind is Kind.BOUNCE
    assert f"{one.bounce_class.value} {one.category.value}" == expected


@pytest.mark.parametrize(("subject", "sender", "text", "expected"), NOTES)
def test_what_mail_systems_write_for_people(subject: str, sender: str, text: str, expected: str) -> None:
    found = read_mail(mail(subject, sender, body=text.replace("\n", "\r\n")))

    (one,) = found.recipients

    assert one.address == "ann@example.org"
    assert f"{found.kind.value} {one.bounce_class.value}" == expected


@pytest.mark.parametrize(("subject", "head", "kind"), ANSWERS)
def test_programs_that_answer_and_people_who_do(subject: str, head: tuple[str, ...], kind: Kind) -> None:
    words = "Je n'y suis plus : utilisateur inconnu, adresse supprimée. Écrivez à bob@example.org."

    found = read_mail(mail(subject, "ann@example.org", *head, body=words))

    assert (found.kind, found.recipients) == (kind, ())


@pytest.mark.parametrize(
    "subject",
    ["Successful Mail Delivery Report", "Remis : La lettre", "Relayé : La lettre", "Delivered: La lettre"],
)
def test_success_needs_no_report(subject: str) -> None:
    found = read_mail(mail(subject, "postmaster@example.org", body="<ann@example.org>: 250 2.0.0 Ok"))

    assert (found.kind, found.recipients) == (Kind.DELIVERED, ())


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\0\xff\xfe" * 99, b"Hallo"])
def test_what_is_no_mail_is_nobodys_letter(raw: bytes) -> None:
    assert read_mail(raw).kind is Kind.UNKNOWN
