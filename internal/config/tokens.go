package config

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tokens are the bearer tokens that callers may show. Only their SHA-256 sums are kept.
type Tokens struct {
	callers []caller
}

// caller is one bearer token and who it belongs to.
type caller struct {
	name string
	sum  [sha256.Size]byte
}

// LoadTokens reads tokens from a file, as ParseTokens does.
func LoadTokens(path string) (*Tokens, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // It was only read.
	tokens, err := ParseTokens(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return tokens, nil
}

// ParseTokens reads tokens, one NAME:TOKEN a line: the caller's name up to the first colon, and the token
// behind it, both without blanks. Empty lines and lines that start with # are skipped, and a byte order
// mark at the beginning. One caller may have several tokens, so that they can be changed without a gap. An
// error names the line and shows nothing of it: a name in the wrong place may be a token.
func ParseTokens(r io.Reader) (*Tokens, error) {
	tokens := &Tokens{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		text := lines.Text()
		if number == 1 {
			text = strings.TrimPrefix(text, "\uFEFF")
		}
		line := strings.TrimSpace(text)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, token, found := strings.Cut(line, ":")
		switch {
		case !found || name == "" || token == "":
			return nil, fmt.Errorf("line %d: write NAME:TOKEN: the caller's name, a colon and the token", number)
		case strings.ContainsFunc(line, unicode.IsSpace):
			return nil, fmt.Errorf("line %d: write NAME:TOKEN without blanks", number)
		case !utf8.ValidString(line):
			return nil, fmt.Errorf("line %d: the text is not UTF-8", number)
		}
		if _, taken := tokens.Caller(token); taken {
			return nil, fmt.Errorf("line %d: the token is given twice", number)
		}
		tokens.callers = append(tokens.callers, caller{name: name, sum: sha256.Sum256([]byte(token))})
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(tokens.callers) == 0 {
		return nil, errors.New("no tokens: nobody could call")
	}
	return tokens, nil
}

// Caller returns whose token it is. It takes the same time whether the token is nearly right or all wrong.
func (t *Tokens) Caller(token string) (name string, known bool) {
	sum := sha256.Sum256([]byte(token))
	for i := range t.callers {
		if subtle.ConstantTimeCompare(sum[:], t.callers[i].sum[:]) == 1 {
			name, known = t.callers[i].name, true
		}
	}
	return name, known
}
