// Java >= 17, nothing to install: java Integrate.java. Read the JSON with the library that you have.
// CEKTEST001, CATEST001 and CATESTLIMITED are of the local stage: put your own in.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;

class Integrate {
  static final HttpClient http = HttpClient.newHttpClient();
  static final String ACCOUNTS = "/v1/companies/CEKTEST001/card-accounts";
  static final String ACCOUNT = ACCOUNTS + "/CATEST001";
  static String token = "";
  static Instant endsAt = Instant.EPOCH;

  /** 1. A token lives for an hour: keep it, and get the next one a minute before its end. */
  static String freshToken() throws Exception {
    if (Instant.now().isBefore(endsAt.minusSeconds(60))) return token;
    var pair = System.getenv("CLIENT_ID") + ":" + System.getenv("CLIENT_SECRET");
    var request = HttpRequest.newBuilder(URI.create(System.getenv("TOKEN_URL")))
        .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes()))
        .header("Content-Type", "application/x-www-form-urlencoded").timeout(Duration.ofSeconds(15))
        .POST(BodyPublishers.ofString("grant_type=client_credentials")).build();
    var answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IllegalStateException("No token: " + answer.statusCode());
    token = field(answer.body(), "access_token");
    endsAt = Instant.now().plusSeconds(Long.parseLong(field(answer.body(), "expires_in")));
    return token;
  }

  /** 4. Retries what is retryable, after Retry-After, and not for ever; on a 401 once, with a new token. */
  static String call(String method, String path, int triesLeft) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(System.getenv("API_URL") + path))
        .timeout(Duration.ofSeconds(15)).header("Authorization", "Bearer " + freshToken())
        .method(method, BodyPublishers.noBody()).build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() == 401 && triesLeft > 0) {
      endsAt = Instant.EPOCH;
      return call(method, path, 0);
    }
    boolean failed = answer.statusCode() >= 400;
    if (!failed || triesLeft == 0 || field(answer.body(), "retryable").equals("false")) return answer.body();
    Thread.sleep(1000 * Long.parseLong(answer.headers().firstValue("Retry-After").orElse("1")));
    return call(method, path, triesLeft - 1);
  }

  static String field(String json, String name) {
    var found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
    return found.find() ? found.group(1) : "";
  }

  public static void main(String[] arguments) throws Exception {
    // 2. The first read. Amounts are decimal texts: BigDecimal, never double.
    String live = call("GET", ACCOUNT, 2);
    System.out.println(field(live, "available") + " " + field(live, "source"));
    // 3. An answer of up to a minute ago will do.
    String recent = call("GET", ACCOUNT + "?maxAge=60", 2);
    boolean isRecent = Long.parseLong(field(recent, "ageSeconds")) < 60;
    System.out.println(field(recent, "available") + " " + field(recent, "source") + " " + isRecent);
    String failure = call("GET", ACCOUNTS + "/CATESTLIMITED", 2);
    System.out.println(field(failure, "code") + " " + field(failure, "retryable"));
    // 5. Watch the account. 6. What happened since.
    call("PUT", ACCOUNT + "/watch", 2);
    System.out.println("watched " + call("GET", "/v1/events?companyId=CEKTEST001", 2).contains("\"items\":["));
  }
}
