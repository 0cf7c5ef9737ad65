"""`/oauth2/authorize`: the screen where somebody allows an application to know who they are, or does not.

There is no password in the sandbox, so one also chooses who one is. Scripts post the same form.
"""

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import web

from sandbox.oauth import Asked, OAuthError

if TYPE_CHECKING:
    from sandbox.server import Sandbox

FIELDS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
WORDS = {
    "fr": {
        "title": "{app} demande à vous reconnaître",
        "will": "Cette application pourra\u00a0:",
        "who": "Qui êtes-vous\u202f?",
        "then": "Vous reviendrez ensuite à {place}.",
        "allow": "Autoriser",
        "refuse": "Annuler",
        "problem": "Cette demande d’autorisation n’est pas valable",
        "identify": "connaître votre nom et votre image",
        "email": "connaître votre adresse électronique",
        "guilds": "savoir de quels serveurs vous êtes membre",
        "guilds.members.read": "lire votre profil sur ces serveurs",
        "connections": "connaître vos comptes liés",
        "openid": "vous identifier",
        "applications.commands.permissions.update": "régler qui peut utiliser ses commandes",
    },
    "en": {
        "title": "{app} asks to know who you are",
        "will": "This application will be able to:",
        "who": "Who are you?",
        "then": "You will then go back to {place}.",
        "allow": "Authorise",
        "refuse": "Cancel",
        "problem": "This authorisation request is not valid",
        "identify": "know your name and picture",
        "email": "know your e-mail address",
        "guilds": "know which servers you are a member of",
        "guilds.members.read": "read your profile on those servers",
        "connections": "know your linked accounts",
        "openid": "identify you",
        "applications.commands.permissions.update": "set who may use its commands",
    },
}
PAGE = """<!doctype html>
<html lang="{language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>{title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/static/styles/base.css" />
    <link rel="stylesheet" href="/static/styles/consent.css" />
  </head>
  <body>
    <main class="consent">
      <h1>{title}</h1>
      {body}
    </main>
  </body>
</html>
"""


def install(sandbox: "Sandbox", app: web.Application) -> None:
    async def show(request: web.Request) -> web.StreamResponse:
        language = "fr" if request.headers.get("Accept-Language", "fr").startswith("fr") else "en"
        try:
            return _html(language, _screen(sandbox, sandbox.oauth.asked(request.query), request, language))
        except OAuthError as error:
            return _problem(error, language)

    async def decide(request: web.Request) -> web.StreamResponse:
        form = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        try:
            asked = sandbox.oauth.asked(form)
            person = sandbox.world.users.get(form.get("person", ""))
            if form.get("decision") != "allow" or person is None or person.bot:
                raise web.HTTPFound(_back(asked, error="access_denied"))
            raise web.HTTPFound(_back(asked, code=sandbox.oauth.allow(asked, person)))
        except OAuthError as error:
            return _problem(error, "fr")

    app.router.add_get("/oauth2/authorize", show)
    app.router.add_post("/oauth2/authorize", decide)


def _back(asked: Asked, **answer: str) -> str:
    """The address of the application with the answer, and its own state as it came."""
    if asked.state is not None:
        answer["state"] = asked.state
    place = urlsplit(asked.redirect_uri)
    query = "&".join(filter(None, (place.query, urlencode(answer))))
    return urlunsplit(place._replace(query=query))


def _screen(sandbox: "Sandbox", asked: Asked, request: web.Request, language: str) -> tuple[str, str]:
    words = WORDS[language]
    scopes = "".join(f"<li>{escape(words[scope])}</li>" for scope in asked.scopes)
    people = "".join(
        f'<option value="{user.id}">{escape(user.name)}</option>'
        for user in sandbox.world.users.values()
        if not user.bot and sandbox.world.guilds_of(user.id)
    )
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(request.query[name])}" />'
        for name in FIELDS
        if name in request.query
    )
    place = escape(urlsplit(asked.redirect_uri).netloc)
    body = f"""<p>{words["will"]}</p>
      <ul>{scopes}</ul>
      <form method="post" action="/oauth2/authorize">
        {hidden}
        <label for="person">{words["who"]}</label>
        <select id="person" name="person" class="input" required>{people}</select>
        <p class="hint">{words["then"].format(place=place)}</p>
        <p class="consent-foot">
          <button class="button secondary" name="decision" value="refuse">{words["refuse"]}</button>
          <button class="button primary" name="decision" value="allow">{words["allow"]}</button>
        </p>
      </form>"""
    return words["title"].format(app=escape(asked.app.name)), body


def _problem(error: OAuthError, language: str) -> web.Response:
    told = ": ".join(error.body.values())
    return _html(language, (WORDS[language]["problem"], f"<p><code>{escape(told)}</code></p>"), status=400)


def _html(language: str, content: tuple[str, str], status: int = 200) -> web.Response:
    title, body = content
    text = PAGE.format(language=language, title=title, body=body)
    return web.Response(text=text, content_type="text/html", status=status)
