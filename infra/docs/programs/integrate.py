# Python >= 3.9, nothing to install.
# CEKTEST001, CATEST001 and CATESTLIMITED are of the local stage: put your own in.
import base64, json, os, time, urllib.error, urllib.parse, urllib.request

ACCOUNTS = "/v1/companies/CEKTEST001/card-accounts"
ACCOUNT = ACCOUNTS + "/CATEST001"
token = {"text": "", "ends_at": 0.0}


def fresh_token() -> str:
    """1. A token lives for an hour: keep it, and get the next one a minute before its end."""
    if time.time() < token["ends_at"] - 60:
        return token["text"]
    pair = f"{os.environ['CLIENT_ID']}:{os.environ['CLIENT_SECRET']}".encode()
    request = urllib.request.Request(
        os.environ["TOKEN_URL"],
        data=urllib.parse.urlencode({"grant_type": "client_credentials"}).encode(),
        headers={"Authorization": "Basic " + base64.b64encode(pair).decode()},
    )
    with urllib.request.urlopen(request, timeout=15) as answer:
        body = json.load(answer)
    token.update(text=body["access_token"], ends_at=time.time() + body["expires_in"])
    return token["text"]


def call(path: str, method: str = "GET", tries_left: int = 2):
    """4. Retries what is retryable, after Retry-After, and not for ever; on a 401 once, with a new token."""
    headers = {"Authorization": f"Bearer {fresh_token()}"}
    request = urllib.request.Request(os.environ["API_URL"] + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        if error.code == 401 and tries_left > 0:
            token["ends_at"] = 0.0
            return call(path, method, 0)
        if not problem["retryable"] or tries_left == 0:
            return problem
        time.sleep(float(error.headers.get("Retry-After", 1)))
        return call(path, method, tries_left - 1)


# 2. The first read. Amounts are decimal texts: decimal.Decimal, never float.
live = call(ACCOUNT)
print(live["balances"]["available"], live["freshness"]["source"])

# 3. An answer of up to a minute ago will do.
recent = call(ACCOUNT + "?maxAge=60")
print(recent["balances"]["available"], recent["freshness"]["source"], recent["freshness"]["ageSeconds"] < 60)

failure = call(ACCOUNTS + "/CATESTLIMITED")
print(failure["code"], failure["retryable"])

# 5. Watch the account. 6. What happened since.
call(ACCOUNT + "/watch", method="PUT")
print("watched", isinstance(call("/v1/events?companyId=CEKTEST001")["items"], list))
