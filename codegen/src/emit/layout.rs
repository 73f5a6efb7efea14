//! The layout of macro calls with braces: the formatter leaves them as one line of tokens.
//!
//! What stands between braces stands on lines of its own, each ended by a comma or a semicolon;
//! what stands between brackets and parentheses stays on its line.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// `path! { … }` on several lines. `tokens` stand between its braces.
pub(super) fn call(path: &str, tokens: &TokenStream) -> String {
    let mut lines = Lines::default();
    lines.text.push_str(path);
    lines.text.push_str("! {");
    lines.block(tokens.clone());
    lines.text.push('}');
    lines.text.push('\n');
    lines.text
}

#[derive(Default)]
struct Lines {
    text: String,
    depth: usize,
    /// Whether the next token begins a line.
    begins: bool,
    /// Whether the next token follows the one before without a space.
    joins: bool,
    /// How many generics are open.
    angles: usize,
}

impl Lines {
    /// The contents of braces.
    fn block(&mut self, tokens: TokenStream) {
        if tokens.is_empty() {
            return;
        }
        self.depth += 1;
        self.begins = true;
        self.sequence(tokens, true);
        self.depth -= 1;
        self.begins = true;
        self.start();
    }

    fn sequence(&mut self, tokens: TokenStream, is_block: bool) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' && is_block => {
                    let Some(TokenTree::Group(attribute)) = tokens.next() else {
                        continue;
                    };
                    self.attribute(&attribute);
                }
                TokenTree::Group(group) => {
                    self.group(&group);
                    let ends = !matches!(
                        tokens.peek(),
                        Some(TokenTree::Punct(next)) if matches!(next.as_char(), ',' | ';')
                    );
                    if is_block && ends && group.delimiter() == Delimiter::Brace {
                        self.begins = true;
                    }
                }
                TokenTree::Punct(mark) => {
                    self.mark(mark.as_char(), mark.spacing());
                    if is_block && self.angles == 0 && matches!(mark.as_char(), ',' | ';') {
                        self.begins = true;
                    }
                }
                other => self.word(&other.to_string()),
            }
        }
    }

    /// A line of documentation as a comment, any other attribute as it is.
    fn attribute(&mut self, attribute: &Group) {
        self.begins = true;
        self.start();
        let meta = syn::parse2::<syn::MetaNameValue>(attribute.stream());
        let doc = meta.ok().and_then(|meta| match meta.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) if meta.path.is_ident("doc") => Some(text.value()),
            _ => None,
        });
        match doc {
            Some(text) => {
                self.text.push_str("///");
                self.text.push_str(&text.replace(char::is_control, " "));
            }
            None => self.text.push_str(&format!("#[{}]", attribute.stream())),
        }
        self.begins = true;
    }

    fn group(&mut self, group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Brace => {
                self.word("{");
                self.block(group.stream());
                self.text.push('}');
                self.joins = false;
                return;
            }
            Delimiter::Parenthesis => ('(', ')'),
            Delimiter::Bracket => ('[', ']'),
            Delimiter::None => return self.sequence(group.stream(), false),
        };
        self.start();
        self.text.push(open);
        self.joins = true;
        self.sequence(group.stream(), false);
        self.text.push(close);
        self.joins = false;
    }

    fn word(&mut self, word: &str) {
        if !self.start() && !self.joins {
            self.text.push(' ');
        }
        self.text.push_str(word);
        self.joins = false;
    }

    fn mark(&mut self, mark: char, spacing: Spacing) {
        let began = self.start();
        let is_second = matches!(
            (self.text.as_bytes().last(), mark),
            (Some(b'=' | b'-'), '>')
        );
        // These stand alone or lean on what follows; all others lean on what is before them.
        let is_apart = matches!(mark, '=' | '-' | '&' | '|');
        if is_apart && !began && !self.joins {
            self.text.push(' ');
        }
        self.text.push(mark);
        match mark {
            '<' => self.angles += 1,
            '>' if !is_second => self.angles = self.angles.saturating_sub(1),
            _ => {}
        }
        self.joins = match mark {
            ',' | ';' | '|' | '>' => false,
            ':' => spacing == Spacing::Joint || self.text.ends_with("::"),
            '=' => spacing == Spacing::Joint,
            _ => true,
        };
    }

    /// Begins a line where one is to begin, and says whether it did.
    fn start(&mut self) -> bool {
        if !std::mem::take(&mut self.begins) {
            return false;
        }
        self.text.push('\n');
        for _ in 0..self.depth {
            self.text.push_str("    ");
        }
        self.joins = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_call_is_laid_out_in_lines() {
        let tokens = quote! {
            #[doc = " What there is."]
            Thing "Thing" {
                "a" => a: Option<runtime::Nullable<A>>,
                "b" => b: types::B = -5,
            }
            fn list(Request) -> Result<A, B>;
        };
        let expected = "\
runtime::object! {
    /// What there is.
    Thing \"Thing\" {
        \"a\" => a: Option<runtime::Nullable<A>>,
        \"b\" => b: types::B = -5,
    }
    fn list(Request) -> Result<A, B>;
}
";
        assert_eq!(call("runtime::object", &tokens), expected);
    }
}
