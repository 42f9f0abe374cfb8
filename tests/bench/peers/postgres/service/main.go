// What a team would put before PostgreSQL: a subject's first page of records, with the names of themes and items from
// memory, and the search for names. Both answers hold what ours hold.
//
//	service THEMES CONNECTION   listens on a free port of 127.0.0.1 and prints it
package main

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

type name struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

type item struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

// As /v1/catalogue/{theme} tells it.
type theme struct {
	Number     int    `json:"number"`
	Code       string `json:"code"`
	Zh         string `json:"zh"`
	En         string `json:"en"`
	Basis      string `json:"basis"`
	Department string `json:"department"`
	Category   string `json:"category"`
	Polarity   string `json:"polarity"`
	Items      []item `json:"items"`
}

type record struct {
	ID          string          `json:"id"`
	Theme       string          `json:"theme"`
	Subject     string          `json:"subject"`
	Decided     string          `json:"decided"`
	Version     string          `json:"version"`
	PublicUntil string          `json:"public_until"`
	Items       json.RawMessage `json:"items"`
}

// What is the same for all records of a theme.
type told struct {
	Name       name   `json:"name"`
	Category   string `json:"category"`
	Polarity   string `json:"polarity"`
	Department string `json:"department"`
	Basis      string `json:"basis"`
	Items      []item `json:"items"`
}

const pageSQL = `SELECT id, theme, to_char('epoch'::date + day, 'YYYY-MM-DD'), slot, public_until, body FROM record
 WHERE subject = $1 AND public_until > $2 ORDER BY subject, category, day DESC LIMIT 20`

const searchSQL = `SELECT code, name FROM subject WHERE grams @> $1 AND name LIKE $2 LIMIT 20`

var pool *pgxpool.Pool
var themes = map[int]*theme{}
var base = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

const today = 20782

func page(w http.ResponseWriter, r *http.Request) {
	code, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v1/subjects/"), "/records")
	if !ok {
		http.NotFound(w, r)
		return
	}
	rows, err := pool.Query(r.Context(), pageSQL, code, today)
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	defer rows.Close()
	list, has := []record{}, map[*theme]map[string]bool{}
	for rows.Next() {
		var id []byte
		var number, until int
		var day, body string
		var slot int64
		if err := rows.Scan(&id, &number, &day, &slot, &until, &body); err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		t := themes[number]
		values := map[string]string{}
		if err := json.Unmarshal([]byte(body), &values); err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		if has[t] == nil {
			has[t] = map[string]bool{}
		}
		for item := range values {
			has[t][item] = true
		}
		list = append(list, record{ID: base.EncodeToString(id), Theme: t.Code, Subject: code, Decided: day,
			Version: fmt.Sprint(slot), PublicUntil: fmt.Sprint(until), Items: json.RawMessage(body)})
	}
	said := map[string]told{}
	for t, items := range has {
		one := told{name{t.Zh, t.En}, t.Category, t.Polarity, t.Department, t.Basis, make([]item, 0, len(items))}
		for _, i := range t.Items {
			if items[i.Code] {
				one.Items = append(one.Items, i)
			}
		}
		said[t.Code] = one
	}
	answer(w, map[string]any{"themes": said, "items": list})
}

func search(w http.ResponseWriter, r *http.Request) {
	q := []rune(r.URL.Query().Get("q"))
	grams := []string{}
	for i := 0; i+1 < len(q); i++ {
		grams = append(grams, string(q[i:i+2]))
	}
	rows, err := pool.Query(r.Context(), searchSQL, grams, "%"+string(q)+"%")
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	defer rows.Close()
	type hit struct {
		Code string `json:"code"`
		Name string `json:"name"`
	}
	list := []hit{}
	for rows.Next() {
		var h hit
		if err := rows.Scan(&h.Code, &h.Name); err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		list = append(list, h)
	}
	answer(w, list)
}

func answer(w http.ResponseWriter, items any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(map[string]any{"items": items})
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("service THEMES CONNECTION")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var list []*theme
	if err := json.Unmarshal(text, &list); err != nil {
		log.Fatal(err)
	}
	for _, t := range list {
		themes[t.Number] = t
	}
	if pool, err = pgxpool.New(context.Background(), os.Args[2]); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/v1/subjects/", page)
	http.HandleFunc("/v1/search", search)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
