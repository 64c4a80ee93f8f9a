package gateway

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/rudder-clevertap/rudder-clevertap/internal/contract"
)

// form is the JSON form of a request message: the keys that a body may have, as the message's descriptor
// says. A field that holds JSON takes the value's text as it is.
type form struct {
	keys []key
	// known lists the keys for a person.
	known string
	// choices are the choices of which one must be made.
	choices []choice
	// list is the Go field of the message that takes the elements of a list of JSON values, -1 for none.
	list int
}

// key is one key of a body.
type key struct {
	name  string
	field protoreflect.FieldDescriptor
	// verbatim: the field holds JSON.
	verbatim bool
}

// isList reports whether the key's value is a list of JSON values.
func (k *key) isList() bool { return k.verbatim && k.field.IsList() }

// choice is a choice among keys.
type choice struct {
	keys []int
	// missing is what to say when none is there.
	missing string
}

// maxKeys is how many keys a form may have.
const maxKeys = 16

// newForms returns the forms of all requests that REST takes in a body, by the name of their message.
func newForms() (map[protoreflect.FullName]*form, error) {
	forms := map[protoreflect.FullName]*form{}
	for method := range contract.Methods() {
		if httpMethod, _ := contract.REST(method); httpMethod != http.MethodPost {
			continue // no other has a body
		}
		made, err := newForm(method.Input())
		if err != nil {
			return nil, err
		}
		forms[method.Input().FullName()] = made
	}
	return forms, nil
}

// newForm reads a message's descriptor. The error says what this package does not know how to read.
func newForm(message protoreflect.MessageDescriptor) (*form, error) {
	f := &form{list: -1}
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		name, verbatim := contract.JSONKey(field)
		at := slices.IndexFunc(f.keys, func(k key) bool { return k.name == name })
		if at < 0 {
			at = len(f.keys)
			f.keys = append(f.keys, key{})
		}
		f.keys[at] = key{name, field, verbatim}
	}
	if len(f.keys) > maxKeys {
		return nil, fmt.Errorf("gateway: %s has more than %d fields", message.FullName(), maxKeys)
	}
	names := make([]string, len(f.keys))
	for i := range f.keys {
		names[i] = f.keys[i].name
		if !f.keys[i].isList() {
			continue
		}
		if f.list >= 0 {
			return nil, fmt.Errorf("gateway: %s has more than one list of JSON values", message.FullName())
		}
		var err error
		if f.list, err = goField(f.keys[i].field); err != nil {
			return nil, err
		}
	}
	f.known = strings.Join(names, ", ")
	for i := range message.Oneofs().Len() {
		f.addChoice(message.Oneofs().Get(i))
	}
	return f, nil
}

// listName returns the key of the list of JSON values, or nothing.
func (f *form) listName() string {
	for i := range f.keys {
		if f.keys[i].isList() {
			return f.keys[i].name
		}
	}
	return ""
}

// addChoice adds a choice that must be made.
func (f *form) addChoice(oneof protoreflect.OneofDescriptor) {
	if !contract.IsRequired(oneof) {
		return
	}
	var c choice
	var ways []string
	for i, k := range f.keys {
		if k.field.ContainingOneof() == oneof {
			c.keys = append(c.keys, i)
			ways = append(ways, phrase(k.name))
		}
	}
	c.missing = f.keys[c.keys[0]].name + " is missing: give " + strings.Join(ways, ", or ")
	f.choices = append(f.choices, c)
}

// phrase says what to give under a key.
func phrase(key string) string {
	switch key {
	case "event":
		return "the RudderStack event"
	case "destination":
		return "the destination's settings"
	case "destinationId":
		return "the name of a registered one as destinationId"
	default:
		return key
	}
}

// goField returns the index of the Go field of a list of bytes. By way of it a list is set in one piece; the
// reflection of messages would copy it element by element.
func goField(field protoreflect.FieldDescriptor) (int, error) {
	message, err := protoregistry.GlobalTypes.FindMessageByName(field.ContainingMessage().FullName())
	if err != nil {
		return -1, fmt.Errorf("gateway: %w", err)
	}
	of := reflect.TypeOf(message.New().Interface()).Elem()
	for i := range of.NumField() {
		tags := strings.Split(of.Field(i).Tag.Get("protobuf"), ",")
		if slices.Contains(tags, "name="+string(field.Name())) &&
			of.Field(i).Type == reflect.TypeFor[[][]byte]() {
			return i, nil
		}
	}
	return -1, fmt.Errorf("gateway: %s is not a Go field", field.FullName())
}

// setList sets the list of JSON values.
func (f *form) setList(into proto.Message, elements [][]byte) {
	if list, ok := reflect.TypeAssert[*[][]byte](reflect.ValueOf(into).Elem().Field(f.list).Addr()); ok {
		*list = elements
	}
}
