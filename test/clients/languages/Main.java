package contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes calls by the client that OpenAPI Generator wrote, and prints what its types show: Main CALLS URL TOKEN. */
public class Main {
  static final ApiClient client = new ApiClient();
  static final ObjectMapper mapper = client.getObjectMapper();

  public static void main(String[] arguments) throws Exception {
    client.updateBaseUri(arguments[1]);
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + arguments[2]));
    List<Object> answers = new ArrayList<>();
    for (JsonNode call : mapper.readTree(Files.readString(Path.of(arguments[0])))) answers.add(made(call));
    System.out.println(mapper.writeValueAsString(answers));
  }

  static Map<String, Object> made(JsonNode call) throws Exception {
    Class<?> type = Class.forName("contract." + call.get("tag").asText() + "Api");
    Object api = type.getConstructor(ApiClient.class).newInstance(client);
    String name = call.get("operationId").asText();
    JsonNode given = call.get("arguments");
    Method method = Arrays.stream(type.getMethods())
        .filter(each -> each.getName().equals(name) && each.getParameterCount() == given.size())
        .findFirst().orElseThrow();
    Object[] values = new Object[given.size()];
    for (int at = 0; at < values.length; at += 1)
      values[at] = given.get(at).isNull() ? null : mapper.treeToValue(given.get(at), method.getParameterTypes()[at]);
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", call.get("name").asText());
    try {
      shown.put("body", method.invoke(api, values));
      shown.put("status", call.get("status").asInt());
    } catch (InvocationTargetException failed) {
      if (!(failed.getCause() instanceof ApiException)) throw failed;
      ApiException problem = (ApiException) failed.getCause();
      shown.put("status", problem.getCode());
      shown.put("body", mapper.readValue(problem.getResponseBody(), Problem.class));
    }
    return shown;
  }
}
