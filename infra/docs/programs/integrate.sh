#!/bin/bash
# Needs curl >= 7.66. API_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET come from whoever runs the service.
# CEKTEST001, CATEST001 and CATESTLIMITED are of the local stage: put your own in.
set -eu
COMPANY=CEKTEST001 ACCOUNT=CATEST001

# 1. A token lives for an hour: keep it for that long.
TOKEN=$(curl -sS --fail --max-time 15 -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials "$TOKEN_URL" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
get() { curl -sS --max-time 15 --retry 2 -H "Authorization: Bearer $TOKEN" "$API_URL$1"; }

# 2. The first read. `balances.available` is a decimal text, `freshness` says how old it is.
get "/v1/companies/$COMPANY/card-accounts/$ACCOUNT" | grep -o '"available":"[^"]*"'

# 3. An answer of up to a minute ago will do: it is quick, and EnKash is not asked again.
get "/v1/companies/$COMPANY/card-accounts/$ACCOUNT?maxAge=60" | grep -o '"source":"[^"]*"'

# 4. A failure is a problem with a code. curl --retry obeys Retry-After.
get "/v1/companies/$COMPANY/card-accounts/CATESTLIMITED" | grep -o '"code":"[^"]*"' | tail -1

# 5. Watch the account: from now on its balance is measured on a schedule.
curl -sS -o /dev/null -w '"watched":%{http_code}\n' -X PUT -H "Authorization: Bearer $TOKEN" \
  "$API_URL/v1/companies/$COMPANY/card-accounts/$ACCOUNT/watch"

# 6. What happened since.
get "/v1/events?companyId=$COMPANY" | grep -o '"nextCursor":[a-z"]*'
