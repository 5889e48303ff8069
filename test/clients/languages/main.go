// Makes calls by the client that oapi-codegen wrote, and prints what its types show: main CALLS URL TOKEN.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"strings"
)

type call struct {
	Name, OperationId string
	Status            int
	Path              []string
	Query, Body       json.RawMessage
}

type shown struct {
	Name   string `json:"name"`
	Status int    `json:"status"`
	Body   any    `json:"body"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	var calls []call
	must(0, json.Unmarshal(must(os.ReadFile(os.Args[1])), &calls))
	bearer := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Args[3])
		return nil
	}
	client := must(NewClientWithResponses(os.Args[2], WithRequestEditorFn(bearer)))
	var answers []shown
	for _, each := range calls {
		answers = append(answers, made(client, each))
	}
	must(os.Stdout.Write(must(json.Marshal(answers))))
}

func made(client *ClientWithResponses, each call) shown {
	name := strings.ToUpper(each.OperationId[:1]) + each.OperationId[1:] + "WithResponse"
	method := reflect.ValueOf(client).MethodByName(name)
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	for _, value := range each.Path {
		arguments = append(arguments, reflect.ValueOf(value))
	}
	// The last one is for editors of requests.
	for at := len(arguments); at < method.Type().NumIn()-1; at += 1 {
		wanted := method.Type().In(at)
		if wanted.Kind() == reflect.Pointer {
			arguments = append(arguments, filled(wanted.Elem(), each.Query))
		} else {
			arguments = append(arguments, filled(wanted, each.Body).Elem())
		}
	}
	results := method.Call(arguments)
	if err, failed := results[1].Interface().(error); failed {
		panic(err)
	}
	answer := results[0].Elem()
	status := answer.FieldByName("HTTPResponse").Interface().(*http.Response).StatusCode
	return shown{each.Name, status, bodyOf(answer)}
}

func filled(wanted reflect.Type, text json.RawMessage) reflect.Value {
	value := reflect.New(wanted)
	if len(text) > 0 {
		must(0, json.Unmarshal(text, value.Interface()))
	}
	return value
}

// The one typed body that is there: of a union, the alternative that its discriminator names.
func bodyOf(answer reflect.Value) any {
	for at := 0; at < answer.NumField(); at += 1 {
		field := answer.Field(at)
		if !strings.Contains(answer.Type().Field(at).Name, "JSON") || field.Kind() != reflect.Pointer || field.IsNil() {
			continue
		}
		union, isUnion := field.Interface().(interface{ ValueByDiscriminator() (any, error) })
		if isUnion {
			return must(union.ValueByDiscriminator())
		}
		return field.Interface()
	}
	return nil
}
