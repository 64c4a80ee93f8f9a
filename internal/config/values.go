package config

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// checks are what the values of settings must be, by the name that a row gives in its tag "check".
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var checks = map[string]func(value any) error{
	"address": checkAddress,
	"server":  checkServer,
	"origins": checkOrigins,
}

// unreadable says what the text of a setting must be, for those texts that can't be read. It never repeats
// one: in the wrong place it may be a secret.
func unreadable(to reflect.Value, err error) error {
	switch to.Interface().(type) {
	case bool:
		return errors.New("it must be true or false")
	case int, uint32:
		return errors.New("it must be a whole number")
	case time.Duration:
		return errors.New("it must be a time such as 30s or 5m")
	case slog.Level:
		return errors.New("it must be debug, info, warn or error")
	case *url.URL:
		return errNoServer
	}
	return err
}

// check finds what is wrong with a value that could be read, as the tags of its row say.
func (r *row) check(value reflect.Value) error {
	tag := r.flag.Tag
	if r.enum != nil && !slices.Contains(r.enum, value.String()) {
		return fmt.Errorf("it must be one of %s", strings.Join(r.enum, ", "))
	}
	for _, bound := range []struct {
		tag, says string
		broken    func(order int) bool
	}{
		{"more", "more than", func(order int) bool { return order <= 0 }},
		{"min", "at least", func(order int) bool { return order < 0 }},
		{"max", "at most", func(order int) bool { return order > 0 }},
	} {
		if !tag.Has(bound.tag) {
			continue
		}
		text, limit := tag.Get(bound.tag), reflect.New(value.Type()).Elem()
		scan := kong.ScanFromTokens(kong.Token{Value: text, Type: kong.FlagValueToken})
		if err := r.inner.Decode(&kong.DecodeContext{Value: r.flag.Value, Scan: scan}, limit); err != nil {
			return fmt.Errorf("its bound %s: %w", bound.tag, err)
		}
		if bound.broken(compare(value, limit)) {
			return fmt.Errorf("it must be %s %s", bound.says, text)
		}
	}
	if tag.Has("empty") && value.IsZero() {
		return nil
	}
	if check, named := checks[tag.Get("check")]; named {
		return check(value.Interface())
	}
	return nil
}

// compare orders two numbers.
func compare(a, b reflect.Value) int {
	if a.CanUint() {
		return cmp.Compare(a.Uint(), b.Uint())
	}
	return cmp.Compare(a.Int(), b.Int())
}

// checkAddress refuses what is not an address to listen on.
func checkAddress(value any) error {
	addr, _ := value.(string)
	const usage = "it is not a valid address: write it as HOST:PORT"
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return errors.New(usage)
	}
	if _, err := net.DefaultResolver.LookupPort(context.Background(), "tcp", port); err != nil {
		return fmt.Errorf("%s, with a port from 0 to 65535 or the name of one", usage)
	}
	return nil
}

var errNoServer = errors.New("it is not a valid address of a server: " +
	"write it as http://HOST:PORT or https://HOST")

// checkServer refuses what is not the address of a server. What stands behind its path would be left out of
// each request.
func checkServer(value any) error {
	u, _ := value.(*url.URL)
	switch {
	case u == nil:
		return nil
	case u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errNoServer
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("it must end with the path: a query or a fragment would not be sent")
	}
	return nil
}

// checkOrigins refuses what are not origins of web pages.
func checkOrigins(value any) error {
	origins, _ := value.([]string)
	for i, origin := range origins {
		u, err := url.Parse(origin)
		web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Host != "*"
		if !web || u.Scheme+"://"+u.Host != origin {
			return fmt.Errorf("number %d is not a web origin: write scheme and host, "+
				"such as https://app.example.com", i+1)
		}
	}
	return nil
}

// Loopback reports whether only this machine can reach an address. One without a host is one that others
// can reach.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
