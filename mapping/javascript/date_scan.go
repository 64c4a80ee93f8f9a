package javascript

import (
	"strings"
	"unicode/utf8"
)

// dateTokenKind says what a piece of a date is.
type dateTokenKind uint8

const (
	// dateEnd is the end of the text. A NUL character ends it as well.
	dateEnd dateTokenKind = iota
	dateNumber
	// dateSymbol is one of : - + . )
	dateSymbol
	// dateSpace is one white space character.
	dateSpace
	// dateWord is a run of characters from "A" on, letters or not.
	dateWord
	// dateOther is text in parentheses or any other single character.
	dateOther
)

// maxTokenLength is the greatest length that a token keeps. Rules ask for no more than nine digits.
const maxTokenLength = 100

// dateToken is one piece of a date.
type dateToken struct {
	kind dateTokenKind
	// symbol is the character of a dateSymbol.
	symbol byte
	// word says what a dateWord means.
	word dateKeyword
	// length is how many bytes a dateNumber or dateWord has, leading zeros included, at most maxTokenLength.
	length uint8
	// number is the value of a dateNumber's first nine digits after leading zeros.
	number int
}

func (t dateToken) isSymbol(c byte) bool { return t.kind == dateSymbol && t.symbol == c }

func (t dateToken) isSign() bool { return t.isSymbol('+') || t.isSymbol('-') }

// sign is 1 for a plus sign and -1 for a minus sign.
func (t dateToken) sign() int {
	if t.symbol == '-' {
		return -1
	}
	return 1
}

// isDigits reports whether t is a number of n digits.
func (t dateToken) isDigits(n uint8) bool { return t.kind == dateNumber && t.length == n }

// isZ reports whether t is the letter Z, for UTC.
func (t dateToken) isZ() bool {
	return t.kind == dateWord && t.word.class == dateZoneName && t.length == 1
}

// dateScanner cuts a text into tokens, with one token of look-ahead.
type dateScanner struct {
	text string
	pos  int
	// peek is the next token.
	peek dateToken
}

func newDateScanner(text string) dateScanner {
	s := dateScanner{text: text}
	s.peek = s.scan()
	return s
}

// next returns the next token and goes on to the one after it.
func (s *dateScanner) next() dateToken {
	token := s.peek
	s.peek = s.scan()
	return token
}

// skip goes past the next token if it is the symbol c.
func (s *dateScanner) skip(c byte) bool {
	if !s.peek.isSymbol(c) {
		return false
	}
	s.next()
	return true
}

// scan reads the token at pos.
func (s *dateScanner) scan() dateToken {
	if s.pos >= len(s.text) || s.text[s.pos] == 0 {
		return dateToken{kind: dateEnd}
	}
	c := s.text[s.pos]
	switch {
	case isDigit(c):
		return s.scanNumber()
	case c == ':', c == '-', c == '+', c == '.', c == ')':
		s.pos++
		return dateToken{kind: dateSymbol, symbol: c}
	case c == '(':
		s.skipParentheses()
		return dateToken{kind: dateOther}
	}
	if n := dateSpaceLength(s.text[s.pos:]); n > 0 {
		s.pos += n
		return dateToken{kind: dateSpace}
	}
	if c >= 'A' {
		return s.scanWord()
	}
	s.pos++
	return dateToken{kind: dateOther}
}

// scanNumber reads a run of digits. Those after the ninth significant one are ignored.
func (s *dateScanner) scanNumber() dateToken {
	const significant = 9
	start := s.pos
	for s.pos < len(s.text) && s.text[s.pos] == '0' {
		s.pos++
	}
	n := 0
	for first := s.pos; s.pos < len(s.text) && isDigit(s.text[s.pos]); s.pos++ {
		if s.pos-first < significant {
			n = n*10 + int(s.text[s.pos]-'0')
		}
	}
	return dateToken{kind: dateNumber, number: n, length: tokenLength(s.pos - start)}
}

// scanWord reads a run of characters from "A" on that aren't white space.
func (s *dateScanner) scanWord() dateToken {
	start := s.pos
	for s.pos < len(s.text) && s.text[s.pos] >= 'A' {
		if s.text[s.pos] < utf8.RuneSelf {
			s.pos++
			continue
		}
		if dateSpaceLength(s.text[s.pos:]) > 0 {
			break
		}
		_, n := utf8.DecodeRuneInString(s.text[s.pos:])
		s.pos += n
	}
	word := s.text[start:s.pos]
	return dateToken{kind: dateWord, length: tokenLength(len(word)), word: lookUpDateKeyword(word)}
}

func tokenLength(n int) uint8 { return uint8(min(n, maxTokenLength)) }

// dateSpaceLength returns the length in bytes of the white space character that text begins with, 0 if there is none. To
// V8's dates U+2028 and U+2029 are characters of words.
func dateSpaceLength(text string) int {
	if strings.HasPrefix(text, "\u2028") || strings.HasPrefix(text, "\u2029") {
		return 0
	}
	return leadingSpace(text)
}

// skipParentheses goes past a text in balanced parentheses, or to the end if they aren't.
func (s *dateScanner) skipParentheses() {
	depth := 0
	for s.pos < len(s.text) && s.text[s.pos] != 0 {
		switch s.text[s.pos] {
		case '(':
			depth++
		case ')':
			depth--
		}
		s.pos++
		if depth == 0 {
			return
		}
	}
}
